//! What all routes share.

mod correlation;
mod cors;
mod document;
mod garbage;
mod health;
mod permissions;
mod rates;
mod schemathesis;
mod security;
mod traces;
