//! What every handler can reach.

use std::sync::Arc;

use axum::extract::FromRef;
use commands::Commands;
use eventstore::{Ambient, EventStore};
use projections::Queries;

use crate::auth::{AccessTokens, Limiter};
use crate::{ApiConfig, Files, Monitoring};

/// The API's state; cheap to clone.
#[derive(Clone)]
pub struct Api {
    /// The write side.
    pub(crate) commands: Commands,
    /// The read side.
    pub(crate) queries: Queries,
    /// The log itself, for `/events` and its head.
    pub(crate) store: EventStore,
    /// Health, metrics and status of this process.
    pub(crate) monitoring: Monitoring,
    /// What people upload.
    pub(crate) files: Files,
    /// Clock and randomness.
    pub(crate) ambient: Ambient,
    /// Configuration.
    pub(crate) config: Arc<ApiConfig>,
    /// Signs and verifies access tokens.
    pub(crate) tokens: Arc<AccessTokens>,
    /// Counts requests.
    pub(crate) limiter: Arc<Limiter>,
}

impl Api {
    /// Puts the API together.
    pub fn new(
        commands: Commands,
        queries: Queries,
        store: EventStore,
        monitoring: Monitoring,
        files: Files,
        config: ApiConfig,
    ) -> Self {
        let ambient = store.ambient().clone();
        let tokens = Arc::new(AccessTokens::new(config.jwt.clone()));
        let limiter = Arc::new(Limiter::new(config.rate_limits));
        let config = Arc::new(config);
        Self { commands, queries, store, monitoring, files, ambient, config, tokens, limiter }
    }

    /// Forgets callers who have all their requests again. To be called about once a minute.
    pub fn forget_idle_callers(&self) {
        self.limiter.forget_idle();
    }
}

impl FromRef<Api> for Monitoring {
    fn from_ref(api: &Api) -> Self {
        api.monitoring.clone()
    }
}
