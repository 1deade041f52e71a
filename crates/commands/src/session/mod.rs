//! Signing in, refreshing, signing out.
//!
//! A sign-in is a *family* of refresh tokens: each refresh exchanges one for its successor. A
//! client may lose or ignore the answer, so a token works until a successor of it is first used.
//! From then on the token, and other successors it was exchanged for, are *spent*: if one comes in
//! after all, somebody else holds it too, and the whole family is revoked.
//!
//! Tokens are 256 random bits; only their SHA-256 is kept.

mod log_in;
mod log_out;
mod refresh;
mod store;

use std::time::Instant;

use domain::Timestamp;
use quick_cache::sync::Cache;
use uuid::Uuid;

use crate::UserFacts;

pub(crate) use store::Revocation;

/// Whether sessions were live when last asked about.
pub(crate) type LiveSessions = Cache<Uuid, (Instant, bool)>;

/// Somebody signed in: what the caller needs to make an access token, and the refresh token.
#[derive(Clone)]
pub struct SignedIn {
    /// Who.
    pub user: UserFacts,
    /// The session, for access tokens to name.
    pub session: Uuid,
    /// The refresh token, shown this once.
    pub refresh_token: String,
    /// When the refresh token stops working.
    pub refresh_expires_at: Timestamp,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedIn({}, {}, …)", self.user.id, self.session)
    }
}
