//! The other programs that stories run.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program under test, with nothing of the surroundings' configuration.
pub fn docket() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_docket"));
    command.env_clear().stdin(Stdio::null());
    for name in ["PATH", "HOME", "TMPDIR", "LANG", "SSL_CERT_DIR"] {
        if let Some(value) = environment(name) {
            command.env(name, value);
        }
    }
    command
}

/// The repository.
pub fn repo() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A tool that `make test` brings in.
#[derive(Debug, Clone, Copy)]
pub enum Tool {
    /// Python with the packages of `tests/requirements.txt`.
    Python,
    /// Node with the packages of `tests/clients/package.json`.
    Node,
}

impl Tool {
    /// The tool, or `None` with a word why: a bare `cargo test` does without.
    pub fn find(self) -> Option<Command> {
        let variable = match self {
            Self::Python => "DOCKET_TEST_PYTHON",
            Self::Node => "DOCKET_TEST_NODE_MODULES",
        };
        let Some(place) = environment(variable) else {
            eprintln!("skipped: {variable} is not set; `make test` sets it");
            return None;
        };
        let mut command = match self {
            Self::Python => Command::new(place),
            Self::Node => {
                let mut node = Command::new("node");
                node.env("DOCKET_TEST_NODE_MODULES", place);
                node
            }
        };
        command.stdin(Stdio::null());
        Some(command)
    }
}

/// A variable of the environment.
#[expect(clippy::disallowed_methods, reason = "a test is its own composition root")]
pub fn environment(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Runs a program to its end without holding up the runtime.
///
/// # Panics
/// When it cannot be run.
pub async fn run_to_end(mut command: Command) -> Output {
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap();
    output.expect("the program can be run")
}

/// Runs a program that has to end well, and returns what it printed.
///
/// # Panics
/// When it ends with an error; with all that it printed.
pub async fn finish(command: Command) -> String {
    let what = format!("{command:?}");
    let output = run_to_end(command).await;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {}\n{printed}\n{errors}", output.status);
    printed
}
