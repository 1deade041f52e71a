//! What only a person can put right: it makes Docket unready, and others see it in `docket status`.

use std::sync::{Arc, OnceLock};

/// Whether a part of this process has come upon something that only a person can put right, and what.
#[derive(Debug, Clone, Default)]
pub(super) struct Halted(Arc<OnceLock<String>>);

impl Halted {
    /// Notes why. One reason is enough.
    pub(super) fn because(&self, reason: String) {
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
