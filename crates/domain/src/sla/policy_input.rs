//! Reading an SLA policy as people write it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::escalation_input::{EscalationInput, MAX_ESCALATIONS};
use super::policy::{
    Escalation, MAX_TARGET_MINUTES, Metric, PolicyDefinition, Reopening, Target, TargetRule,
};
use crate::calendar::{PathError, PathErrors};
use crate::field::FieldErrorKind;
use crate::ticket::Priority;
use crate::vocabulary::{Category, Department, PolicyName, TypeName};

/// The greatest number of rules of a policy.
pub const MAX_RULES: usize = 500;

/// A policy before it is checked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyInput {
    /// Its name; required.
    pub name: Option<String>,
    /// The id of its calendar; required. That it exists is for the caller to look up.
    pub calendar: Option<String>,
    /// The targets; at least one rule.
    pub rules: Vec<TargetRuleInput>,
    /// In percent; 80 if absent.
    pub at_risk_percent: Option<i64>,
    /// `response`, `resolution`, or both; both if absent.
    pub paused_by_waiting: Option<Vec<String>>,
    /// `resume` or `restart`; `resume` if absent.
    pub reopening: Option<String>,
    /// What happens at risk and on a breach.
    pub escalations: Vec<EscalationInput>,
}

/// A rule before it is checked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetRuleInput {
    /// The ticket's type.
    pub ticket_type: Option<String>,
    /// The ticket's category.
    pub category: Option<String>,
    /// The ticket's department.
    pub department: Option<String>,
    /// The ticket's priority.
    pub priority: Option<String>,
    /// Minutes as a number or as `{"minutes": n}`, or `"exempt"`.
    pub response: Option<Value>,
    /// Minutes as a number or as `{"minutes": n}`, or `"exempt"`.
    pub resolution: Option<Value>,
}

impl PolicyInput {
    /// Checks a policy.
    ///
    /// # Errors
    /// Everything that is wrong, each at its path: a bad value, a rule without a target, two rules
    /// with the same conditions, an escalation that does nothing.
    pub fn parse(&self) -> Result<PolicyDefinition, Vec<PathError>> {
        let mut errors = PathErrors::default();
        let name = errors.take_required("name", self.name.as_deref(), PolicyName::parse);
        let calendar = errors.take_required("calendar", self.calendar.as_deref(), str::parse);
        let rules = self.rules(&mut errors);
        let at_risk =
            self.at_risk_percent.map_or(Ok(PolicyDefinition::DEFAULT_AT_RISK_PERCENT), |percent| {
                match u8::try_from(percent) {
                    Ok(percent @ 1..=99) => Ok(percent),
                    Ok(_) | Err(_) => Err(FieldErrorKind::OutOfRange { min: 1, max: 99 }),
                }
            });
        let at_risk = errors.take("at_risk_percent", at_risk);
        let paused_by_waiting = self.paused_by_waiting(&mut errors);
        let reopening = self.reopening.as_deref().map_or(Ok(Reopening::default()), str::parse);
        let reopening = errors.take("reopening", reopening);
        let escalations = self.escalations(&mut errors);
        let definition = name.zip(calendar).zip(at_risk.zip(reopening)).map(
            |((name, calendar), (at_risk_percent, reopening))| PolicyDefinition {
                name,
                calendar,
                rules,
                at_risk_percent,
                paused_by_waiting,
                reopening,
                escalations,
            },
        );
        errors.finish(definition)
    }

    fn paused_by_waiting(&self, errors: &mut PathErrors) -> Vec<Metric> {
        let Some(given) = &self.paused_by_waiting else { return Metric::ALL.to_vec() };
        let read = given.iter().enumerate().filter_map(|(index, metric)| {
            errors.take(format!("paused_by_waiting.{index}"), Metric::parse(metric))
        });
        read.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn rules(&self, errors: &mut PathErrors) -> Vec<TargetRule> {
        if self.rules.is_empty() {
            errors.add("rules", FieldErrorKind::Missing);
        }
        if self.rules.len() > MAX_RULES {
            errors.add("rules", FieldErrorKind::TooMany { max: MAX_RULES });
            return Vec::new();
        }
        let mut rules: Vec<TargetRule> = Vec::new();
        for (index, given) in self.rules.iter().enumerate() {
            let at = format!("rules.{index}");
            let rule = given.parse(errors, &at);
            if given.response.is_none() && given.resolution.is_none() {
                let expected = "a rule with a target for the response, the resolution or both";
                errors.add(&at, FieldErrorKind::Malformed { expected });
            }
            if rules.iter().any(|other| other.conditions() == rule.conditions()) {
                let expected = "a rule with other conditions than those before it";
                errors.add(&at, FieldErrorKind::Malformed { expected });
            }
            rules.push(rule);
        }
        rules
    }

    fn escalations(&self, errors: &mut PathErrors) -> Vec<Escalation> {
        if self.escalations.len() > MAX_ESCALATIONS {
            errors.add("escalations", FieldErrorKind::TooMany { max: MAX_ESCALATIONS });
            return Vec::new();
        }
        let escalations = self.escalations.iter().enumerate();
        escalations
            .filter_map(|(index, e)| e.parse(errors, &format!("escalations.{index}")))
            .collect()
    }
}

impl TargetRuleInput {
    fn parse(&self, errors: &mut PathErrors, at: &str) -> TargetRule {
        fn word<T>(
            errors: &mut PathErrors,
            path: String,
            given: Option<&String>,
            parse: impl Fn(&str) -> Result<T, FieldErrorKind>,
        ) -> Option<T> {
            given.and_then(|text| errors.take(path, parse(text)))
        }
        let path = |field: &str| format!("{at}.{field}");
        TargetRule {
            ticket_type: word(
                errors,
                path("ticket_type"),
                self.ticket_type.as_ref(),
                TypeName::parse,
            ),
            category: word(errors, path("category"), self.category.as_ref(), Category::parse),
            department: word(
                errors,
                path("department"),
                self.department.as_ref(),
                Department::parse,
            ),
            priority: word(errors, path("priority"), self.priority.as_ref(), Priority::parse),
            response: target(errors, path("response"), self.response.as_ref()),
            resolution: target(errors, path("resolution"), self.resolution.as_ref()),
        }
    }
}

fn target(errors: &mut PathErrors, path: String, given: Option<&Value>) -> Option<Target> {
    let given = given?;
    if given == "exempt" {
        return Some(Target::Exempt);
    }
    let number = match given {
        Value::Object(object) if object.len() == 1 => object.get("minutes").and_then(Value::as_i64),
        given => given.as_i64(),
    };
    let expected = "a number of minutes or \"exempt\"";
    let parsed = match number.map(u32::try_from) {
        Some(Ok(minutes @ 1..=MAX_TARGET_MINUTES)) => Ok(Target::Minutes(minutes)),
        Some(_) => Err(FieldErrorKind::OutOfRange { min: 1, max: MAX_TARGET_MINUTES.into() }),
        None => Err(FieldErrorKind::WrongType { expected }),
    };
    errors.take(path, parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "0190c0de-0000-7000-8000-000000000001";

    fn parse(value: Value) -> Result<PolicyDefinition, Vec<PathError>> {
        serde_json::from_value::<PolicyInput>(value).unwrap().parse()
    }

    #[test]
    fn a_sound_policy_has_its_defaults_and_goes_to_json_and_back() {
        let policy = parse(json!({
            "name": "Gold",
            "calendar": ID,
            "rules": [
                { "response": 60, "resolution": { "minutes": 480 } },
                { "priority": "critical", "response": 15 },
                { "category": "feature_request", "resolution": "exempt" },
            ],
            "escalations": [{ "on": "breached", "metric": "response", "actions": [
                { "action": "reassign", "role": ID },
                { "action": "raise_priority", "priority": "high" },
                { "action": "notify_assignee" },
                { "action": "notify_watchers" },
                { "action": "notify_role", "role": ID },
            ] }],
        }))
        .unwrap();
        assert_eq!(policy.at_risk_percent, 80);
        assert_eq!(policy.paused_by_waiting, [Metric::Response, Metric::Resolution]);
        assert_eq!(policy.reopening, Reopening::Resume);
        assert_eq!(policy.rules[2].resolution, Some(Target::Exempt));
        let json = serde_json::to_value(&policy).unwrap();
        assert_eq!(serde_json::from_value::<PolicyDefinition>(json.clone()).unwrap(), policy);
        // What is written can be read as input again: an export is an import.
        assert_eq!(parse(json).unwrap(), policy);
    }

    #[test]
    fn every_error_is_told_at_its_path() {
        let errors = parse(json!({
            "name": "",
            "calendar": "x",
            "rules": [
                { "priority": "high", "response": 0, "resolution": 525_601 },
                { "priority": "high", "resolution": "never" },
                { "category": "" },
            ],
            "at_risk_percent": 100,
            "paused_by_waiting": ["resolution", "pausing"],
            "reopening": "maybe",
            "escalations": [
                { "on": "later", "metric": "x", "actions": [] },
                { "on": "at_risk", "actions": [
                    { "action": "shout" }, { "action": "reassign" }, { "action": "raise_priority" },
                ] },
            ],
        }))
        .unwrap_err();
        let paths: Vec<_> = errors.iter().map(|error| error.path.as_str()).collect();
        let expected = [
            "name",
            "calendar",
            "rules.0.response",
            "rules.0.resolution",
            "rules.1.resolution",
            "rules.1",
            "rules.2.category",
            "rules.2",
            "at_risk_percent",
            "paused_by_waiting.1",
            "reopening",
            "escalations.0.on",
            "escalations.0.metric",
            "escalations.0.actions",
            "escalations.1.actions.0.action",
            "escalations.1.actions.1.role",
            "escalations.1.actions.2.priority",
        ];
        assert_eq!(paths, expected);
    }

    #[test]
    fn a_policy_without_rules_is_refused() {
        let errors = parse(json!({ "name": "x", "calendar": ID })).unwrap_err();
        assert_eq!(errors, [PathError { path: "rules".to_owned(), kind: FieldErrorKind::Missing }]);
    }
}
