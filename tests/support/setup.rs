//! How a desk is set up.

/// Where a desk keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// In a new database of the Postgres that all stories share: starts in a moment, survives no crash.
    Shared,
    /// In a private Postgres in its data directory, on a disk, as durable as in earnest.
    Private,
}

/// How a desk is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where its data is.
    pub storage: Storage,
    /// Further arguments of `docket serve`.
    pub arguments: Vec<String>,
    /// Further variables of its environment.
    pub environment: Vec<(String, String)>,
}

impl Default for Setup {
    /// The shared Postgres, no limits on the rate of requests, and patience with views: a story reads what it wrote,
    /// however busy the machine is.
    fn default() -> Self {
        let off = [
            "LOGINS_PER_MINUTE",
            "PUBLISHER_TICKETS_PER_HOUR",
            "USER_REQUESTS_PER_MINUTE",
            "TOKEN_REQUESTS_PER_MINUTE",
            "ANONYMOUS_REQUESTS_PER_SECOND",
        ];
        let environment = off
            .map(|name| (format!("DOCKET_RATE_LIMITS_{name}"), "off".to_owned()))
            .into_iter()
            .collect();
        let setup = Self { storage: Storage::Shared, arguments: Vec::new(), environment };
        setup.variable("DOCKET_MAX_VIEW_WAIT", "60s").variable("DOCKET_POOLS_QUERY_TIMEOUT", "60s")
    }
}

impl Setup {
    /// A private Postgres, as durable as in earnest.
    pub fn private() -> Self {
        Self { storage: Storage::Private, ..Self::default() }
    }

    /// With one more argument.
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// With a variable of the environment; the last one of a name counts, an empty one takes it away.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }
}
