//! The demo data as they are written down.

use anyhow::{Context, Result};
use domain::CalendarId;
use domain::calendar::CalendarInput;
use domain::sla::PolicyInput;
use domain::ticket_type::TicketTypeForm;
use domain::workflow::WorkflowForm;
use serde::Deserialize;
use serde_json::{Map, Value};

const USERS: &str = include_str!("users.json");
const TICKETS: &[(&str, &str)] = &[
    ("tickets-en-1.json", include_str!("tickets-en-1.json")),
    ("tickets-en-2.json", include_str!("tickets-en-2.json")),
    ("tickets-en-3.json", include_str!("tickets-en-3.json")),
    ("tickets-zh-1.json", include_str!("tickets-zh-1.json")),
    ("tickets-zh-2.json", include_str!("tickets-zh-2.json")),
    ("tickets-zh-3.json", include_str!("tickets-zh-3.json")),
    ("tickets-budget.json", include_str!("tickets-budget.json")),
    ("site-faults.json", include_str!("site-faults.json")),
];
const TICKET_TYPES: &[(&str, &str)] =
    &[("site-fault.json", include_str!("../../examples/ticket-types/site-fault.json"))];
const WORKFLOWS: &[(&str, &str)] = &[
    ("fault-repair.json", include_str!("../../examples/workflows/fault-repair.json")),
    ("access-request.json", include_str!("../../examples/workflows/access-request.json")),
    ("budget-request.json", include_str!("../../examples/workflows/budget-request.json")),
    ("general-request.json", include_str!("../../examples/workflows/general-request.json")),
];
const CALENDAR: &str = include_str!("../../examples/sla/calendar.json");
const POLICY: &str = include_str!("../../examples/sla/policy.json");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoUser {
    pub(super) email: String,
    pub(super) full_name: String,
    pub(super) role: String,
    pub(super) departments: Vec<String>,
    pub(super) work_roles: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoTicket {
    /// Names the ticket for good: its commands' ids follow from it.
    pub(super) key: String,
    pub(super) subject: String,
    pub(super) description: String,
    pub(super) category: Option<String>,
    pub(super) subcategory: Option<String>,
    pub(super) department: String,
    pub(super) priority: String,
    pub(super) customer: Option<DemoCustomer>,
    pub(super) tags: Vec<String>,
    pub(super) source: String,
    pub(super) browser: Option<String>,
    pub(super) device_type: Option<String>,
    /// E-mail address of a user.
    pub(super) opened_by: String,
    pub(super) opened_days_ago: f64,
    /// Name of its type.
    pub(super) ticket_type: Option<String>,
    /// What its form says, but for when it began.
    pub(super) data: Option<Map<String, Value>>,
    /// When it began, in minutes before it was opened: the form's `began_at`.
    pub(super) began_minutes_before: Option<i64>,
    /// Names of its pictures.
    #[serde(default)]
    pub(super) images: Vec<String>,
    pub(super) events: Vec<DemoEvent>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoCustomer {
    pub(super) id: Option<String>,
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DemoEvent {
    /// After the ticket was opened.
    pub(super) after_hours: f64,
    /// E-mail address of a user.
    pub(super) by: String,
    #[serde(flatten)]
    pub(super) action: DemoAction,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum DemoAction {
    Comment { text: String, visibility: String },
    Status { to: String, reason: Option<String> },
    Assign { to: String },
    Priority { to: String },
    TagsAdd { tags: Vec<String> },
    Category { to: String },
}

pub(super) fn users() -> Result<Vec<DemoUser>> {
    serde_json::from_str(USERS).context("users.json")
}

pub(super) fn tickets() -> Result<Vec<DemoTicket>> {
    let mut all = Vec::new();
    for (name, text) in TICKETS {
        let tickets: Vec<DemoTicket> = serde_json::from_str(text).context(*name)?;
        all.extend(tickets);
    }
    Ok(all)
}

/// The ticket types, in the order they are defined.
pub(super) fn ticket_types() -> Result<Vec<TicketTypeForm>> {
    let parse = |(name, text): &(&'static str, &str)| serde_json::from_str(text).context(*name);
    TICKET_TYPES.iter().map(parse).collect()
}

/// The workflows, in the order they are defined.
pub(super) fn workflows() -> Result<Vec<WorkflowForm>> {
    let parse = |(name, text): &(&'static str, &str)| serde_json::from_str(text).context(*name);
    WORKFLOWS.iter().map(parse).collect()
}

pub(super) fn calendar() -> Result<CalendarInput> {
    serde_json::from_str(CALENDAR).context("calendar.json")
}

/// The policy in the open hours of a calendar.
pub(super) fn policy(calendar: CalendarId) -> Result<PolicyInput> {
    let policy: PolicyInput = serde_json::from_str(POLICY).context("policy.json")?;
    Ok(PolicyInput { calendar: Some(calendar.to_string()), ..policy })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::demo::pictures::picture;

    #[test]
    fn the_ticket_types_are_good() {
        for form in ticket_types().unwrap() {
            assert!(form.parse().is_ok(), "{:?}", form.parse());
        }
    }

    #[test]
    fn everybody_who_acts_is_a_user_and_keys_are_unique() {
        let users = users().unwrap();
        let addresses: HashSet<&str> = users.iter().map(|user| user.email.as_str()).collect();
        let mut keys = HashSet::new();
        for ticket in &tickets().unwrap() {
            assert!(keys.insert(ticket.key.clone()), "{}", ticket.key);
            assert!(addresses.contains(ticket.opened_by.as_str()), "{}", ticket.key);
            let mut after = 0.0;
            for event in &ticket.events {
                assert!(addresses.contains(event.by.as_str()), "{}", ticket.key);
                assert!(event.after_hours >= after, "{}: in order", ticket.key);
                after = event.after_hours;
            }
            for name in &ticket.images {
                assert!(picture(name).is_ok(), "{}", ticket.key);
            }
            assert!(after <= ticket.opened_days_ago * 24.0, "{}: in the past", ticket.key);
        }
        assert!(keys.len() >= 100);
    }
}
