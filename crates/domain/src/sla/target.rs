//! Which target a ticket has, and why.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::policy::{Metric, PolicyDefinition, Target, TargetRule};
use crate::field::FieldErrorKind;
use crate::ids::SlaPolicyId;
use crate::ticket::{Priority, choice};
use crate::vocabulary::{Category, Department, TypeName};

/// What targets depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Facts {
    /// The ticket's type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<TypeName>,
    /// The ticket's category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// The ticket's department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// The ticket's priority.
    pub priority: Priority,
}

choice! {
    /// A condition of a rule, the one that decides between rules with equally many first.
    Criterion {
        /// The ticket's type.
        TicketType = "ticket_type",
        /// Its category.
        Category = "category",
        /// Its department.
        Department = "department",
        /// Its priority.
        Priority = "priority",
    } aliases {}
}

/// The rule that gave a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChosenRule {
    /// Which of the policy's rules, from 1.
    pub rule: u32,
    /// The conditions it has, all of which the ticket meets.
    pub by: Vec<Criterion>,
}

impl fmt::Display for ChosenRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by: Vec<_> = self.by.iter().map(|criterion| criterion.as_str()).collect();
        let by = if by.is_empty() { "any ticket".to_owned() } else { by.join(" + ") };
        write!(f, "rule {} ({by})", self.rule)
    }
}

/// A choice of target. `Display` explains it in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetChoice {
    /// Business minutes; none without a rule, or by a rule that exempts.
    pub minutes: Option<u32>,
    /// The rule that won, if any fits.
    pub chosen: Option<ChosenRule>,
    /// The rules that fit too and are less specific, the most specific first.
    pub passed_over: Vec<ChosenRule>,
}

impl fmt::Display for TargetChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(chosen) = &self.chosen else { return f.write_str("No rule fits.") };
        match self.minutes {
            Some(minutes) => write!(f, "{minutes} minutes by {chosen}")?,
            None => write!(f, "No target by {chosen}")?,
        }
        if !self.passed_over.is_empty() {
            let others: Vec<_> = self.passed_over.iter().map(ToString::to_string).collect();
            write!(f, ", which is more specific than {}", others.join(", "))?;
        }
        f.write_str(".")
    }
}

impl TargetRule {
    /// The conditions, for comparing.
    pub(super) fn conditions(
        &self,
    ) -> (Option<&TypeName>, Option<&Category>, Option<&Department>, Option<Priority>) {
        (self.ticket_type.as_ref(), self.category.as_ref(), self.department.as_ref(), self.priority)
    }

    /// Whether a ticket meets every condition.
    pub fn fits(&self, facts: &Facts) -> bool {
        fn met<T: PartialEq>(wanted: Option<&T>, given: Option<&T>) -> bool {
            wanted.is_none_or(|wanted| given == Some(wanted))
        }
        met(self.ticket_type.as_ref(), facts.ticket_type.as_ref())
            && met(self.category.as_ref(), facts.category.as_ref())
            && met(self.department.as_ref(), facts.department.as_ref())
            && met(self.priority.as_ref(), Some(&facts.priority))
    }

    /// The conditions it has.
    pub fn criteria(&self) -> Vec<Criterion> {
        let (ticket_type, category, department, priority) = self.conditions();
        let given = [
            (Criterion::TicketType, ticket_type.is_some()),
            (Criterion::Category, category.is_some()),
            (Criterion::Department, department.is_some()),
            (Criterion::Priority, priority.is_some()),
        ];
        given
            .into_iter()
            .filter_map(|(criterion, is_given)| is_given.then_some(criterion))
            .collect()
    }
}

/// How specific conditions are: the more, the more specific; of equally many, type goes before
/// category, category before department, and department before priority. Two rules that fit one
/// ticket are never equal: with the same conditions they would be the same.
fn specificity(criteria: &[Criterion]) -> (usize, u8) {
    let weight = |criterion: &Criterion| match criterion {
        Criterion::TicketType => 8,
        Criterion::Category => 4,
        Criterion::Department => 2,
        Criterion::Priority => 1,
    };
    (criteria.len(), criteria.iter().map(weight).sum())
}

/// The target of a ticket: of all rules that fit it and speak of `metric`, the most specific one's.
pub fn choose_target(policy: &PolicyDefinition, metric: Metric, facts: &Facts) -> TargetChoice {
    let mut fitting: Vec<(ChosenRule, Target)> = (1..)
        .zip(&policy.rules)
        .filter(|(_, rule)| rule.fits(facts))
        .filter_map(|(number, rule)| {
            let target = rule.target(metric)?;
            Some((ChosenRule { rule: number, by: rule.criteria() }, target))
        })
        .collect();
    fitting.sort_by_key(|(rule, _)| std::cmp::Reverse(specificity(&rule.by)));
    let mut fitting = fitting.into_iter();
    let Some((chosen, target)) = fitting.next() else {
        return TargetChoice { minutes: None, chosen: None, passed_over: vec![] };
    };
    let minutes = match target {
        Target::Minutes(minutes) => Some(minutes),
        Target::Exempt => None,
    };
    let passed_over = fitting.map(|(rule, _)| rule).collect();
    TargetChoice { minutes, chosen: Some(chosen), passed_over }
}

/// Which of several policies is in charge of a ticket: the one with the most specific rule that
/// fits it; of equals the oldest, by its id. None if no rule of any policy fits.
pub fn choose_policy<'a>(
    policies: impl IntoIterator<Item = (SlaPolicyId, &'a PolicyDefinition)>,
    facts: &Facts,
) -> Option<SlaPolicyId> {
    let best = |policy: &PolicyDefinition| {
        let fitting = policy.rules.iter().filter(|rule| rule.fits(facts));
        fitting.map(|rule| specificity(&rule.criteria())).max()
    };
    policies
        .into_iter()
        .filter_map(|(id, policy)| Some((best(policy)?, std::cmp::Reverse(id))))
        .max()
        .map(|(_, std::cmp::Reverse(id))| id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sla::samples::{facts, policy, policy_id, rule};

    #[test]
    fn the_most_specific_rule_wins_whatever_the_order_and_explains_itself() {
        let policy = policy(vec![
            rule("", 100, 1_000),
            rule("priority=high", 50, 500),
            rule("category=radio", 60, 600),
            rule("category=radio priority=high", 20, 200),
            rule("ticket_type=incident", 70, 700),
        ]);
        let minutes = |text| choose_target(&policy, Metric::Response, &facts(text)).minutes;
        assert_eq!(minutes("priority=low"), Some(100));
        assert_eq!(minutes("priority=high"), Some(50));
        assert_eq!(minutes("priority=low category=radio"), Some(60));
        assert_eq!(minutes("priority=high category=radio"), Some(20));
        assert_eq!(minutes("priority=low category=radio ticket_type=incident"), Some(70));
        // Two conditions go before one, even before a type.
        assert_eq!(minutes("priority=high category=radio ticket_type=incident"), Some(20));
        let choice =
            choose_target(&policy, Metric::Response, &facts("priority=high category=radio"));
        assert_eq!(
            choice.to_string(),
            "20 minutes by rule 4 (category + priority), which is more specific than \
             rule 3 (category), rule 2 (priority), rule 1 (any ticket)."
        );
    }

    #[test]
    fn a_rule_that_is_silent_leaves_it_to_others_and_one_that_exempts_does_not() {
        let mut silent = rule("category=radio", 5, 5);
        silent.resolution = None;
        let mut exempt = rule("category=ideas", 5, 5);
        exempt.resolution = Some(Target::Exempt);
        let policy = policy(vec![rule("", 100, 1_000), silent, exempt]);
        let choose = |text| choose_target(&policy, Metric::Resolution, &facts(text));
        assert_eq!(choose("category=radio").minutes, Some(1_000));
        assert_eq!(choose("category=ideas").minutes, None);
        assert!(choose("category=ideas").to_string().starts_with("No target by rule 3 (category)"));
    }

    #[test]
    fn without_a_fitting_rule_there_is_no_target() {
        let policy = policy(vec![rule("priority=high", 1, 1)]);
        let choice = choose_target(&policy, Metric::Response, &facts("priority=low"));
        assert_eq!((choice.minutes, choice.to_string()), (None, "No rule fits.".to_owned()));
    }

    #[test]
    fn of_several_policies_the_most_specific_is_in_charge_then_the_oldest() {
        let general = policy(vec![rule("", 1, 1)]);
        let radio = policy(vec![rule("category=radio", 1, 1)]);
        let all = [(policy_id(3), &general), (policy_id(2), &general), (policy_id(9), &radio)];
        assert_eq!(choose_policy(all, &facts("")), Some(policy_id(2)));
        assert_eq!(choose_policy(all, &facts("category=radio")), Some(policy_id(9)));
        assert_eq!(choose_policy([(policy_id(9), &radio)], &facts("")), None);
    }
}
