//! All policies and calendars in force, as one.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use domain::calendar::{Calendar, CalendarState};
use domain::sla::{Facts, PolicyDefinition, Rulebook, SlaPolicyState, choose_policy};
use domain::{CalendarId, RoleId, SlaPolicyId};
use eventstore::Claim;
use sqlx::PgConnection;
use uuid::Uuid;

use super::POLICY_NAME;
use crate::calendar::CALENDAR_NAME;
use crate::core::{Aggregate, Commands, Decision, MaxAge, Target, Tries, Versioned};
use crate::{CommandError, Committed, Context};

/// The kind of the claims on the numbers of changes to the rules. They are never let go: a number
/// that came free could be taken by a change that saw less than all before it.
pub(super) const GENERATION: &str = "sla_rules.generation";

/// A policy and its calendar, each in one revision.
#[derive(Debug, Clone)]
pub struct OwnedRulebook {
    /// The policy.
    pub policy: Arc<PolicyDefinition>,
    /// Its id.
    pub policy_id: SlaPolicyId,
    /// Its revision.
    pub policy_revision: u32,
    /// The calendar that it names.
    pub calendar: Arc<Calendar>,
    /// The calendar's revision.
    pub calendar_revision: u32,
}

impl OwnedRulebook {
    /// The same as clocks take it.
    pub fn rulebook(&self) -> Rulebook<'_> {
        Rulebook {
            policy: &self.policy,
            policy_id: self.policy_id,
            policy_revision: self.policy_revision,
            calendar: &self.calendar,
            calendar_revision: self.calendar_revision,
        }
    }
}

/// The policies in force, each with its calendar.
#[derive(Debug, Default)]
pub(crate) struct SlaRules {
    generation: u64,
    /// By id, the oldest first.
    policies: Vec<OwnedRulebook>,
    calendars: HashSet<CalendarId>,
}

impl SlaRules {
    /// Whether there is no policy.
    pub(crate) fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Whether policies can name this calendar.
    pub(crate) fn has_calendar(&self, calendar: CalendarId) -> bool {
        self.calendars.contains(&calendar)
    }

    /// The policy in charge of a ticket, if any has a rule for it.
    pub(crate) fn in_charge(&self, facts: &Facts) -> Option<&OwnedRulebook> {
        let policies = self.policies.iter().map(|book| (book.policy_id, &*book.policy));
        let chosen = choose_policy(policies, facts)?;
        self.policies.iter().find(|book| book.policy_id == chosen)
    }

    /// The names of the policies that go by a calendar.
    pub(crate) fn policies_by(&self, calendar: CalendarId) -> Vec<String> {
        let by = self.policies.iter().filter(|book| book.policy.calendar == calendar);
        by.map(|book| book.policy.name.as_str().to_owned()).collect()
    }

    /// The names of the policies whose escalations name a work role.
    pub(crate) fn policies_with_role(&self, role: RoleId) -> Vec<String> {
        let by = self.policies.iter().filter(|book| {
            super::policies::roles(&book.policy).iter().any(|(_, named)| *named == role)
        });
        by.map(|book| book.policy.name.as_str().to_owned()).collect()
    }
}

/// The rules as a process knows them.
#[derive(Default)]
pub(crate) struct KeptRules(Mutex<Option<Kept>>);

struct Kept {
    rules: Arc<SlaRules>,
    looked_at: Instant,
}

impl KeptRules {
    fn get(&self, max_age: MaxAge) -> Option<Arc<SlaRules>> {
        let kept = self.0.lock().ok()?;
        let kept = kept.as_ref()?;
        max_age.allows(kept.looked_at).then(|| Arc::clone(&kept.rules))
    }

    /// What is kept, if it is of this generation: known to be the newest at `looked_at`.
    fn confirm(&self, generation: u64, looked_at: Instant) -> Option<Arc<SlaRules>> {
        let mut kept = self.0.lock().ok()?;
        let kept = kept.as_mut().filter(|kept| kept.rules.generation == generation)?;
        kept.looked_at = kept.looked_at.max(looked_at);
        Some(Arc::clone(&kept.rules))
    }

    fn put(&self, rules: &Arc<SlaRules>, looked_at: Instant) {
        let Ok(mut kept) = self.0.lock() else { return };
        if kept.as_ref().is_none_or(|kept| kept.rules.generation <= rules.generation) {
            *kept = Some(Kept { rules: Arc::clone(rules), looked_at });
        }
    }

    pub(crate) fn clear(&self) {
        if let Ok(mut kept) = self.0.lock() {
            *kept = None;
        }
    }
}

impl Commands {
    /// The policy in charge of a ticket with these facts, and its calendar, as they were at most
    /// [`max_fact_age`](crate::CommandsConfig::max_fact_age) ago; none if no policy has a rule for it.
    ///
    /// # Errors
    /// The store's.
    pub async fn rulebook_of(&self, facts: &Facts) -> Result<Option<OwnedRulebook>, CommandError> {
        let rules = self.sla_rules(MaxAge::Of(self.config.max_fact_age)).await?;
        Ok(rules.in_charge(facts).cloned())
    }

    /// Whether there is a policy, as `connection` sees it.
    ///
    /// # Errors
    /// The store's.
    pub async fn has_sla_policies(
        &self,
        connection: &mut PgConnection,
    ) -> Result<bool, CommandError> {
        let found = sqlx::query_scalar("select exists (select from log.claims where kind = $1)")
            .bind(POLICY_NAME)
            .fetch_one(connection)
            .await?;
        Ok(found)
    }

    /// The policies and calendars in force, no older than asked for.
    pub(crate) async fn sla_rules(&self, max_age: MaxAge) -> Result<Arc<SlaRules>, CommandError> {
        if let Some(kept) = self.sla_rules.get(max_age) {
            return Ok(kept);
        }
        // Taken before looking, as is the generation before what it stands for: what changes
        // meanwhile is seen next time.
        let looked_at = Instant::now();
        let generation = self.sla_generation().await?;
        if let Some(kept) = self.sla_rules.confirm(generation, looked_at) {
            return Ok(kept);
        }
        let rules = Arc::new(self.read_sla_rules(generation).await?);
        self.sla_rules.put(&rules, looked_at);
        Ok(rules)
    }

    async fn sla_generation(&self) -> Result<u64, CommandError> {
        let last = self.last_claim(GENERATION, &[]).await?;
        let last = last.and_then(|(key, _)| <[u8; 8]>::try_from(key).ok());
        Ok(last.map_or(0, u64::from_be_bytes))
    }

    async fn read_sla_rules(&self, generation: u64) -> Result<SlaRules, CommandError> {
        let ids = self.owners(POLICY_NAME).await?;
        let states = self.load_each::<SlaPolicyState>(&ids, MaxAge::Now).await?;
        let mut policies = Vec::with_capacity(ids.len());
        for (id, loaded) in ids.into_iter().zip(&states) {
            // What is not active was removed just now.
            if let (Ok(_), Some(latest)) = (loaded.state.active(), loaded.state.latest()) {
                policies.push((SlaPolicyId(id), latest));
            }
        }
        let policies = self.books(&policies).await?;
        let calendars = self.owners(CALENDAR_NAME).await?.into_iter().map(CalendarId).collect();
        Ok(SlaRules { generation, policies, calendars })
    }

    /// A policy as it is or last was, be it in force or not; none if there never was such a one.
    pub(super) async fn rulebook_as_it_was(
        &self,
        policy: SlaPolicyId,
    ) -> Result<Option<OwnedRulebook>, CommandError> {
        let loaded = self.load::<SlaPolicyState>(policy.uuid(), MaxAge::Now).await?;
        let latest = loaded.state.latest().map(|latest| (policy, latest));
        Ok(self.books(latest.as_slice()).await?.pop())
    }

    /// These policies, each with its calendar.
    async fn books(
        &self,
        policies: &[(SlaPolicyId, (&PolicyDefinition, u32))],
    ) -> Result<Vec<OwnedRulebook>, CommandError> {
        let mut ids: Vec<Uuid> =
            policies.iter().map(|(_, (policy, _))| policy.calendar.uuid()).collect();
        ids.sort_unstable();
        ids.dedup();
        let states = self.load_each::<CalendarState>(&ids, MaxAge::Now).await?;
        let calendars: HashMap<Uuid, (Arc<Calendar>, u32)> = ids
            .into_iter()
            .zip(&states)
            .filter_map(|(id, loaded)| {
                let (definition, revision) = loaded.state.latest()?;
                Some((id, (Arc::new(Calendar::new(definition)), revision)))
            })
            .collect();
        let book = |(policy_id, (policy, policy_revision)): &(_, (&PolicyDefinition, u32))| {
            let (calendar, calendar_revision) = calendars.get(&policy.calendar.uuid())?;
            Some(OwnedRulebook {
                policy: Arc::new((*policy).clone()),
                policy_id: *policy_id,
                policy_revision: *policy_revision,
                calendar: Arc::clone(calendar),
                calendar_revision: *calendar_revision,
            })
        };
        let books: Option<Vec<_>> = policies.iter().map(book).collect();
        books.ok_or(CommandError::Internal("a policy names no calendar"))
    }

    /// Like [`execute`](Commands::execute), for a change to a calendar or a policy, which is decided
    /// on the newest rules there are: none of them changes before it is in the log.
    pub(crate) async fn change_sla_rules<A: Aggregate>(
        &self,
        ctx: &Context,
        target: Target<'_>,
        decide: impl Fn(&[Versioned<A>], &SlaRules) -> Result<Decision<A::Event>, CommandError>
        + Send
        + Sync,
    ) -> Result<Committed<A>, CommandError> {
        let mut tries = Tries::default();
        loop {
            let rules = self.sla_rules(MaxAge::Now).await?;
            let next = Claim::plain(GENERATION, (rules.generation + 1).to_be_bytes());
            let done = self
                .execute(ctx, target, |states| {
                    let mut decision = decide(states, &rules)?;
                    if decision.events.iter().any(|events| !events.is_empty()) {
                        // Owned by the command: a stream would share it with another change to itself.
                        decision.claims.push((next.clone(), ctx.command_id));
                    }
                    Ok(decision)
                })
                .await;
            match done {
                Err(CommandError::Contended) => tries.again().await?,
                done => return done,
            }
        }
    }
}
