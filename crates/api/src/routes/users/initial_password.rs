//! A password for an account that was made without one.

use commands::readable_password;
use eventstore::Secrets;
use uuid::Uuid;

/// It follows from the command's id, so that a repeat of the command shows it again; without the master key nobody
/// can tell it.
pub(super) fn initial_password(secrets: &Secrets, command_id: Uuid) -> String {
    readable_password(&secrets.mac("initial-password", &[command_id.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_shows_it_again_and_nothing_else_does() {
        let secrets = Secrets::from_master(&[7; 32]);
        let of = |id| initial_password(&secrets, Uuid::from_u128(id));
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        assert_ne!(of(1), initial_password(&Secrets::from_master(&[8; 32]), Uuid::from_u128(1)));
        assert_eq!(of(1).len(), 23);
    }
}
