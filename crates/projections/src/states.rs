//! The states of the tickets that were touched lately, so that most events need no state loaded.

use std::collections::{HashMap, HashSet};

use quick_cache::unsync::Cache;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::ProjectionError;
use crate::decoded::{Decoded, Happened};
use crate::ticket_detail::{self, Folded};

/// How many states are kept, of some 2–3 KiB each.
const KEPT: usize = 4_000;

pub(crate) struct States(Cache<Uuid, Folded>);

impl Default for States {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl States {
    /// Takes out the states of all tickets that the events touch; new tickets have none yet.
    pub(crate) async fn take(
        &mut self,
        connection: &mut PgConnection,
        events: &[Decoded],
    ) -> Result<HashMap<Uuid, Folded>, ProjectionError> {
        let mut seen = HashSet::new();
        let mut taken = HashMap::new();
        let mut missing = Vec::new();
        for event in events {
            let Happened::Ticket(_) = event.what else { continue };
            if !seen.insert(event.stream_id) || event.version == 1 {
                continue;
            }
            match self.0.remove(&event.stream_id) {
                Some((id, folded)) => {
                    taken.insert(id, folded);
                }
                None => missing.push(event.stream_id),
            }
        }
        if !missing.is_empty() {
            taken.extend(ticket_detail::load(connection, &missing).await?);
        }
        Ok(taken)
    }

    /// Puts states back, once they are committed.
    pub(crate) fn put(&mut self, folded: HashMap<Uuid, Folded>) {
        for (id, state) in folded {
            self.0.insert(id, state);
        }
    }

    /// Forgets everything: after an error nothing here is sure to be what the database holds.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
