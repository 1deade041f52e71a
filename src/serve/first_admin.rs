//! The first start makes an admin, or nobody could sign in.

use anyhow::{Context as _, Result};
use commands::user::RegisterUserInput;
use commands::{CommandError, Context, readable_password};

use crate::config::Hidden;
use crate::desk::Desk;

/// The address of the first admin where the environment names none. Nobody can receive mail there.
const DEFAULT_EMAIL: &str = "admin@example.com";

/// The first admin, as the environment wants it.
#[derive(Debug, Clone, Default)]
pub struct FirstAdmin {
    /// The address to sign in with.
    pub email: Option<String>,
    /// The password; made up and shown once when there is none.
    pub password: Option<Hidden>,
}

/// The admin that was made.
pub(super) struct Created {
    /// The address to sign in with.
    pub(super) email: String,
    /// The password, where nobody knows it yet.
    pub(super) password: Option<String>,
}

impl FirstAdmin {
    /// Whether somebody said who it is to be.
    pub(super) fn is_named(&self) -> bool {
        self.email.is_some() || self.password.is_some()
    }

    /// Makes the admin when nobody administers the desk.
    pub(super) async fn create_if_none(self, desk: &Desk) -> Result<Option<Created>> {
        if desk.commands.has_admin().await? {
            return Ok(None);
        }
        let ambient = desk.store.ambient();
        let email = self.email.unwrap_or_else(|| DEFAULT_EMAIL.to_owned());
        let (password, shown) = match self.password {
            Some(password) => (password.expose().to_owned(), None),
            None => {
                let password = readable_password(&ambient.bytes());
                (password.clone(), Some(password))
            }
        };
        let input = RegisterUserInput {
            email: Some(email.clone()),
            full_name: Some("Administrator".to_owned()),
            role: Some("admin".to_owned()),
            password: Some(password),
            ..RegisterUserInput::default()
        };
        let ctx = Context::system(ambient, "first start");
        match desk.commands.register_user(&ctx, input).await {
            Ok(_) => Ok(Some(Created { email, password: shown })),
            // Somebody was demoted, or another process is as far as we are.
            Err(CommandError::EmailTaken { .. }) => {
                tracing::warn!(
                    "nobody administers this desk; `docket user create --role admin` makes an admin"
                );
                Ok(None)
            }
            Err(CommandError::Invalid(fields)) => {
                let fields: Vec<String> =
                    fields.iter().map(|bad| format!("{}: {}", bad.field, bad.kind)).collect();
                Err(anyhow::anyhow!("{}", fields.join("; ")))
                    .context("DOCKET_ADMIN_EMAIL or DOCKET_ADMIN_PASSWORD")
            }
            Err(error) => Err(error.into()),
        }
    }
}
