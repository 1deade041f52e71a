//! Asking other systems: asset management, budget management and the like.
//!
//! | module | what it knows |
//! |---|---|
//! | [`ExternalSystem`] | where a system is, and how patient one is with it |
//! | [`SigningSecret`] | how it sees that a request comes from here |
//! | `question` | what it is told |
//! | `send` | one try, and what it means |
//! | [`Breaker`] | leaving it alone when it fails again and again |
//! | `metrics` | how often, how long, and whether it is left alone |
//!
//! A request is made by a job of its own, under an id that stays the same from try to try.

mod breaker;
mod metrics;
mod question;
mod send;
mod signature;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::vocabulary::SystemName;
use prometheus_client::registry::Registry;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

pub use breaker::{Admission, Breaker, BreakerState, FAILURES, REST};
pub use signature::{BadSecret, SigningSecret};

use metrics::Metrics;
pub(crate) use question::question;
pub(crate) use send::Sent;

/// How long a system may take to answer when nothing else is said, or it is not configured any more.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(3 * 24 * 3600);
/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A system that is asked.
#[derive(Debug, Clone)]
pub struct ExternalSystem {
    /// As steps of workflows call it.
    pub name: SystemName,
    /// Where requests go.
    pub url: Url,
    /// What they are signed with.
    pub secret: SigningSecret,
    /// How long a try may take.
    pub timeout: Duration,
    /// How often a request is tried before people are called in.
    pub tries: u16,
    /// How long the system may take to answer before they are.
    pub answer_within: Duration,
}

/// How other systems are asked.
#[derive(Debug, Clone, Default)]
pub struct ExternalSettings {
    /// Where other systems reach the API, without a slash at its end: `https://desk.example.com`.
    pub public_url: String,
    /// All that there are.
    pub systems: Vec<ExternalSystem>,
}

/// Whatever asks other systems in this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct External(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    http: Client,
    public_url: String,
    systems: BTreeMap<SystemName, Known>,
    metrics: Metrics,
}

#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) system: ExternalSystem,
    pub(crate) breaker: Breaker,
}

/// No connections can be made at all.
#[derive(Debug, thiserror::Error)]
#[error("other systems cannot be asked")]
pub struct NoClient(#[from] reqwest::Error);

impl External {
    /// Knows these systems.
    ///
    /// # Errors
    /// There is no way to speak TLS here.
    pub fn new(settings: ExternalSettings) -> Result<Self, NoClient> {
        let http = Client::builder()
            .user_agent(concat!("Docket/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            // A signed request is for the address that the operator wrote down.
            .redirect(Policy::none())
            .build()?;
        let metrics = Metrics::default();
        let known = |system: ExternalSystem| {
            let breaker = Breaker::default();
            metrics.breaker(&system.name, breaker.state());
            (system.name.clone(), Known { system, breaker })
        };
        let systems = settings.systems.into_iter().map(known).collect();
        Ok(Self(Arc::new(Inner { http, public_url: settings.public_url, systems, metrics })))
    }

    /// Adds what is counted here to a registry.
    pub fn register(&self, registry: &mut Registry) {
        self.0.metrics.register(registry);
    }

    /// A system that is configured.
    pub(crate) fn system(&self, name: &SystemName) -> Option<&Known> {
        self.0.systems.get(name)
    }

    /// How long a system may take to answer. Also of one that was asked and is configured no longer: whoever waits
    /// for it is not to wait for ever.
    pub(crate) fn answer_within(&self, name: &SystemName) -> Duration {
        self.system(name).map_or(ANSWER_WITHIN, |known| known.system.answer_within)
    }

    /// Where other systems reach the API.
    pub(crate) fn public_url(&self) -> &str {
        &self.0.public_url
    }
}
