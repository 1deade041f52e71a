//! `docket user create` and `docket user set-password`

use std::io::{self, IsTerminal};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use commands::user::RegisterUserInput;
use commands::{CommandError, Context, readable_password};

use super::{Common, Outcome};
use crate::desk::Desk;

/// Accounts, from the machine itself.
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Create an account
    Create(Create),
    /// Set the password of an account; ends its sessions
    SetPassword(SetPassword),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// E-mail address to sign in with
    email: String,
    /// Full name
    #[arg(long, default_value = "")]
    name: String,
    /// What the account may do
    #[arg(long, value_enum, default_value = "handler")]
    role: RoleArgument,
    /// Department; may be repeated
    #[arg(long = "department", value_name = "NAME")]
    departments: Vec<String>,
    #[command(flatten)]
    password: PasswordInput,
}

#[derive(Debug, Args)]
pub(super) struct SetPassword {
    /// E-mail address of the account
    email: String,
    #[command(flatten)]
    password: PasswordInput,
}

#[derive(Debug, Args)]
struct PasswordInput {
    /// Read the password from the first line of standard input, instead of making one up
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleArgument {
    Admin,
    Handler,
    Publisher,
    Viewer,
}

impl RoleArgument {
    fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Handler => "handler",
            Self::Publisher => "publisher",
            Self::Viewer => "viewer",
        }
    }
}

/// A password, and whether its owner knows it already.
struct Chosen {
    password: String,
    made_up: bool,
}

impl UserCommand {
    pub(super) async fn run(&self, common: &Common) -> Result<Outcome> {
        common
            .visit_or_make(async |desk| match self {
                Self::Create(create) => create.run(desk).await,
                Self::SetPassword(set) => set.run(desk).await,
            })
            .await?;
        Ok(Outcome::Fine)
    }
}

impl Create {
    async fn run(&self, desk: &Desk) -> Result<()> {
        let chosen = self.password.choose(desk)?;
        let input = RegisterUserInput {
            email: Some(self.email.clone()),
            full_name: Some(self.name.clone()),
            role: Some(self.role.as_str().to_owned()),
            departments: self.departments.clone(),
            password: Some(chosen.password.clone()),
            ..RegisterUserInput::default()
        };
        let ctx = Context::system(desk.store.ambient(), "docket user create");
        let user = desk.commands.register_user(&ctx, input).await.map_err(in_words)?;
        println!("Created {} {} ({}).", self.role.as_str(), self.email, user.id);
        chosen.tell();
        Ok(())
    }
}

impl SetPassword {
    async fn run(&self, desk: &Desk) -> Result<()> {
        let user = desk.commands.user_by_email(&self.email).await?;
        let user = user.with_context(|| format!("no account has the address {}", self.email))?;
        let chosen = self.password.choose(desk)?;
        let ctx = Context::system(desk.store.ambient(), "docket user set-password");
        let set = desk.commands.set_password(&ctx, user, &chosen.password, None).await;
        set.map_err(in_words)?;
        println!("Set the password of {}.", self.email);
        chosen.tell();
        Ok(())
    }
}

impl PasswordInput {
    fn choose(&self, desk: &Desk) -> Result<Chosen> {
        if !self.password_stdin {
            let password = readable_password(&desk.store.ambient().bytes());
            return Ok(Chosen { password, made_up: true });
        }
        if io::stdin().is_terminal() {
            eprint!("Password (shown while you type): ");
        }
        let mut line = String::new();
        io::stdin().read_line(&mut line).context("reading the password")?;
        let password = line.trim_end_matches(['\r', '\n']).to_owned();
        if password.is_empty() {
            bail!("standard input has no password in its first line");
        }
        Ok(Chosen { password, made_up: false })
    }
}

impl Chosen {
    fn tell(&self) {
        if self.made_up {
            println!("Password: {}", self.password);
            println!("It is not kept anywhere in clear and is not shown again.");
        }
    }
}

/// The bad fields by name, which the error itself only counts.
fn in_words(error: CommandError) -> anyhow::Error {
    match &error {
        CommandError::Invalid(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|field| format!("{}: {}", field.field, field.kind)).collect();
            anyhow::anyhow!("{}", fields.join("; "))
        }
        _ => error.into(),
    }
}
