//! SLA policies.

use domain::calendar::PathError;
use domain::sla::{
    EscalationAction, PolicyDefinition, PolicyInput, SlaPolicyState, change_sla_policy,
    create_sla_policy, remove_sla_policy,
};
use domain::work_role::WorkRole;
use domain::{FieldErrorKind, RoleId, SlaPolicyId};
use eventstore::Claim;

use super::SlaRules;
use crate::core::{Commands, Decision, MaxAge, Target};
use crate::{CommandError, Committed, Context};

/// The kind of the claims on names. Those that are held are the policies in force.
pub(crate) const POLICY_NAME: &str = "sla_policy.name";

impl Commands {
    /// Creates a policy. What it means for tickets is told by whoever follows the log.
    ///
    /// # Errors
    /// [`CommandError::BadPaths`], also where its calendar or a work role is not there;
    /// [`CommandError::NameTaken`].
    pub async fn create_sla_policy(
        &self,
        ctx: &Context,
        input: PolicyInput,
    ) -> Result<Committed<SlaPolicyState>, CommandError> {
        let (definition, errors) = self.read_policy(&input).await?;
        let policy = SlaPolicyId(self.ambient().uuid_v7());
        self.change_sla_rules(ctx, Target::New(policy.uuid()), |states, rules| {
            check(&definition, rules, &errors)?;
            let state: &SlaPolicyState = &states[0].state;
            let mut decision = Decision::of(create_sla_policy(state, definition.clone())?);
            decision.claims.push((claim(&definition), policy.uuid()));
            Ok(decision)
        })
        .await
    }

    /// Gives a policy another definition. What that means for tickets is told by whoever follows the
    /// log.
    ///
    /// # Errors
    /// [`CommandError::NotFound`]; [`CommandError::BadPaths`], also where its calendar or a work role
    /// is not there; [`CommandError::NameTaken`]; or a refusal: it was removed.
    pub async fn change_sla_policy(
        &self,
        ctx: &Context,
        policy: SlaPolicyId,
        input: PolicyInput,
    ) -> Result<Committed<SlaPolicyState>, CommandError> {
        let (definition, errors) = self.read_policy(&input).await?;
        self.change_sla_rules(ctx, Target::Existing(&[policy.uuid()]), |states, rules| {
            let state: &SlaPolicyState = &states[0].state;
            let old = claim(state.active()?);
            check(&definition, rules, &errors)?;
            let mut decision = Decision::of(change_sla_policy(state, definition.clone())?);
            let new = claim(&definition);
            if old != new {
                decision.releases.push(old);
                decision.claims.push((new, policy.uuid()));
            }
            Ok(decision)
        })
        .await
    }

    /// Removes a policy for good; its name is free again. Tickets that another policy has a rule for
    /// go over to that; the clocks of all others go on by it as it last was.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or a refusal: it was removed before.
    pub async fn remove_sla_policy(
        &self,
        ctx: &Context,
        policy: SlaPolicyId,
    ) -> Result<Committed<SlaPolicyState>, CommandError> {
        self.change_sla_rules(ctx, Target::Existing(&[policy.uuid()]), |states, _rules| {
            let state: &SlaPolicyState = &states[0].state;
            let mut decision = Decision::of(remove_sla_policy(state)?);
            decision.releases.push(claim(state.active()?));
            Ok(decision)
        })
        .await
    }

    /// A policy as people write it, as it is now, with its version; none if there is no such policy
    /// or it was removed.
    ///
    /// # Errors
    /// The store's.
    pub async fn sla_policy_input(
        &self,
        policy: SlaPolicyId,
    ) -> Result<Option<(PolicyInput, i32)>, CommandError> {
        let loaded = self.load::<SlaPolicyState>(policy.uuid(), MaxAge::Now).await?;
        let Ok(definition) = loaded.state.active() else { return Ok(None) };
        // What events hold reads as input too: an export is an import.
        let input = serde_json::to_value(definition)
            .and_then(serde_json::from_value::<PolicyInput>)
            .map_err(|_| CommandError::Internal("a policy does not read as it was written"))?;
        Ok(Some((input, loaded.version)))
    }

    /// What a policy says, and an error for each work role in it that is not there.
    async fn read_policy(
        &self,
        input: &PolicyInput,
    ) -> Result<(PolicyDefinition, Vec<PathError>), CommandError> {
        let definition = input.parse()?;
        let mut errors = Vec::new();
        for (path, role) in roles(&definition) {
            let loaded = self.load::<WorkRole>(role.uuid(), MaxAge::Now).await?;
            if loaded.state.active().is_err() {
                errors.push(not_there(path, "a work role that is there"));
            }
        }
        Ok((definition, errors))
    }
}

/// The work roles that escalations name, each with its path.
pub(super) fn roles(definition: &PolicyDefinition) -> Vec<(String, RoleId)> {
    let escalations = definition.escalations.iter().enumerate();
    let actions = escalations.flat_map(|(escalation, rule)| {
        let actions = rule.actions.iter().enumerate();
        actions.map(move |(action, what)| (escalation, action, what))
    });
    let role_of = |action: &EscalationAction| match action {
        EscalationAction::Reassign { role } | EscalationAction::NotifyRole { role } => Some(*role),
        EscalationAction::RaisePriority { .. }
        | EscalationAction::NotifyAssignee
        | EscalationAction::NotifyWatchers => None,
    };
    actions
        .filter_map(|(escalation, action, what)| {
            let path = format!("escalations.{escalation}.actions.{action}.role");
            role_of(what).map(|role| (path, role))
        })
        .collect()
}

/// Refuses a policy whose calendar is not there, with the `errors` found before.
fn check(
    definition: &PolicyDefinition,
    rules: &SlaRules,
    errors: &[PathError],
) -> Result<(), CommandError> {
    let calendar = (!rules.has_calendar(definition.calendar))
        .then(|| not_there("calendar", "a calendar that is there"));
    let errors: Vec<_> = calendar.into_iter().chain(errors.iter().cloned()).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

fn not_there(path: impl Into<String>, expected: &'static str) -> PathError {
    PathError { path: path.into(), kind: FieldErrorKind::Malformed { expected } }
}

/// Names that differ in nothing but case are one.
fn claim(definition: &PolicyDefinition) -> Claim {
    Claim::plain(POLICY_NAME, definition.name.as_str().to_lowercase())
}
