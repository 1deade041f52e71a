//! What only a person can put right: it makes Docket unready, and others see it in `docket status`.

use std::error::Error;
use std::sync::{Arc, OnceLock};

use super::contents::Reached;

/// Whether a part of this process has come upon something that only a person can put right, and what.
#[derive(Debug, Clone, Default)]
pub(super) struct Halted(Arc<OnceLock<String>>);

impl Halted {
    /// Notes why, down to the last cause: it is what whoever puts it right has to know. One reason is enough.
    pub(super) fn because(&self, error: &dyn Error) {
        let mut reason = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            reason = format!("{reason}: {cause}");
            source = cause.source();
        }
        self.0.set(reason).ok();
    }

    /// Why the part stands still.
    pub(super) fn reason(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}

/// How the parts of this process do; a part that it has not does well.
#[derive(Debug, Clone, Default)]
pub(super) struct Health {
    pub(super) views: Halted,
    pub(super) relay: Halted,
    pub(super) files: Reached,
}

/// What keeps a part from working.
pub(super) struct Trouble {
    /// The last part of the problem's type.
    pub(super) kind: &'static str,
    /// A sentence.
    pub(super) detail: String,
}

impl Health {
    /// What there is to put right first.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.halted().or_else(|| self.files())
    }

    /// What keeps this process from being ready. A store of files that is away for a while does not: all else goes on.
    pub(super) fn unready(&self) -> Option<Trouble> {
        self.halted().or_else(|| self.files().filter(|_| !self.files.ever()))
    }

    fn files(&self) -> Option<Trouble> {
        let detail = format!("The store of files does not answer: {}.", self.files.trouble()?);
        Some(Trouble { kind: "files-away", detail })
    }

    fn halted(&self) -> Option<Trouble> {
        let parts = [
            (&self.views, "views-halted", "The views stand still"),
            (&self.relay, "relay-halted", "The relay stands still"),
        ];
        parts.into_iter().find_map(|(halted, kind, what)| {
            let reason = halted.reason()?;
            Some(Trouble { kind, detail: format!("{what}: {reason}.") })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_told_with_the_error() {
        let health = Health::default();
        let cause = std::io::Error::other("12 partitions, but 6 are configured");
        let error = sqlx::Error::Io(std::io::Error::other(cause));
        health.views.because(&error);
        let trouble = health.trouble().expect("the views have halted");
        assert_eq!(trouble.kind, "views-halted");
        assert!(trouble.detail.starts_with("The views stand still: "), "{}", trouble.detail);
        assert!(
            trouble.detail.ends_with("12 partitions, but 6 are configured."),
            "{}",
            trouble.detail
        );
    }
}
