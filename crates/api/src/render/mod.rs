//! The shapes that clients see.

mod lists;
mod people;
mod ticket;

pub(crate) use lists::ListBody;
pub(crate) use people::UserRef;
pub(crate) use ticket::{CustomerBody, TicketBody, TicketFacts, present};

use domain::Personal;

/// The value of a personal field; nothing once it was erased.
pub(crate) fn known<T: Clone>(personal: &Personal<T>) -> Option<T> {
    match personal {
        Personal::Known(value) => Some(value.clone()),
        Personal::Erased => None,
    }
}
