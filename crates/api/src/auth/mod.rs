//! Who is calling, and how often.

mod access_token;
mod address;
mod authenticate;
mod caller;
mod rate_limit;

pub(crate) use access_token::{ACCESS_SECONDS, AccessTokens};
pub use access_token::{JwtAlgorithm, JwtKey, JwtKeys, JwtKeysError};
pub(crate) use address::{ClientAddress, client_address};
pub(crate) use authenticate::authenticate;
pub(crate) use caller::{Caller, Reach};
pub(crate) use rate_limit::{Limiter, limit_rate};
