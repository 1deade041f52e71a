//! Reading an SLA policy from a request: everything that is wrong is named at once.

use domain::sla::{ActionInput, EscalationInput, PolicyInput, TargetRuleInput};

use crate::conventions::{Fields, Problem, elements, finish_nested};

/// Reads a policy.
///
/// # Errors
/// What is of a wrong type or unknown, and with it whatever else is wrong. A policy in which only values are wrong
/// passes: the command refuses it.
pub(super) fn read_sla_policy(mut fields: Fields) -> Result<PolicyInput, Problem> {
    let input = PolicyInput {
        name: fields.text(&["name"]).value(),
        calendar: fields.text(&["calendar"]).value(),
        rules: elements(&mut fields, "rules", rule),
        at_risk_percent: fields.integer(&["at_risk_percent"]).value(),
        paused_by_waiting: fields.texts(&["paused_by_waiting"]).value(),
        reopening: fields.text(&["reopening"]).value(),
        escalations: elements(&mut fields, "escalations", escalation),
    };
    finish_nested(fields, || input.parse().map(drop))?;
    Ok(input)
}

fn rule(fields: &mut Fields) -> TargetRuleInput {
    TargetRuleInput {
        ticket_type: fields.text(&["ticket_type"]).value(),
        category: fields.text(&["category"]).value(),
        department: fields.text(&["department"]).value(),
        priority: fields.text(&["priority"]).value(),
        response: fields.json(&["response"]).value(),
        resolution: fields.json(&["resolution"]).value(),
    }
}

fn escalation(fields: &mut Fields) -> EscalationInput {
    EscalationInput {
        on: fields.text(&["on"]).value(),
        metric: fields.text(&["metric"]).value(),
        actions: elements(fields, "actions", action),
    }
}

fn action(fields: &mut Fields) -> ActionInput {
    ActionInput {
        action: fields.text(&["action"]).value(),
        role: fields.text(&["role"]).value(),
        priority: fields.text(&["priority"]).value(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::conventions::{Ignored, Shape};

    fn read(body: Value) -> Result<PolicyInput, Vec<String>> {
        let map = serde_json::from_value(body).unwrap();
        read_sla_policy(Fields::new(map, Shape::V1, Ignored::default()))
            .map_err(|problem| problem.errors.into_iter().map(|error| error.field).collect())
    }

    #[test]
    fn the_example_is_read_as_it_is_written() {
        let text = include_str!("../../../../../examples/sla/policy.json");
        let input = read(serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(input, serde_json::from_str::<PolicyInput>(text).unwrap());
    }

    #[test]
    fn every_bad_field_is_named_and_the_places_of_the_others_stay() {
        let mut bad = read(json!({
            "calendar": "office",
            "rules": ["x", { "priority": "red", "response": "soon", "shoe": 1 }, { "category": 1 }],
            "at_risk_percent": "80",
            "paused_by_waiting": ["sleep"],
            "escalations": [
                { "on": "monday", "actions": [{ "action": "notify_role" }, { "role": 5 }] },
            ],
        }))
        .unwrap_err();
        bad.sort();
        let all = [
            "at_risk_percent",
            "calendar",
            "escalations.0.actions.0.role",
            "escalations.0.actions.1.action",
            "escalations.0.actions.1.role",
            "escalations.0.on",
            "name",
            "paused_by_waiting.0",
            "rules.0",
            "rules.1.priority",
            "rules.1.response",
            "rules.1.shoe",
            "rules.2.category",
        ];
        assert_eq!(bad, all);
    }
}
