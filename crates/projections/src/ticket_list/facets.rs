//! Facets: what a ticket can be filtered by, as short texts in one array.

use domain::ticket::Ticket;
use domain::{TicketTypeId, UserId};

use super::data::{DataOrder, MAX_KEY, cut};
use super::data_rows::{DataRow, texts};

/// All facets of a ticket.
pub(crate) fn of_ticket(ticket: &Ticket) -> Vec<String> {
    let mut facets = counted_of(ticket);
    for user in &ticket.watchers {
        facets.push(watcher(*user));
    }
    if let Some(id) = &ticket.external_id {
        facets.push(external_id(id.as_str()));
    }
    let mut customers = Vec::new();
    customers.extend(ticket.customer.id.as_ref().and_then(|id| id.as_str()).map(str::to_owned));
    let email = ticket.customer.email.as_ref().and_then(|email| email.as_str());
    customers.extend(email.map(|email| email.trim().to_lowercase()));
    customers.dedup();
    facets.extend(customers.iter().map(|name| customer(name)));
    for (field, value) in ticket.declared() {
        facets.extend(texts(value).iter().map(|text| data_value(field, text)));
    }
    facets
}

/// The facets of a ticket with few distinct values, which are counted as well.
pub(crate) fn counted_of(ticket: &Ticket) -> Vec<String> {
    let mut facets = vec![
        status(ticket.status.as_str()),
        priority(ticket.priority.as_str()),
        assignee(ticket.assignee),
    ];
    facets.extend(ticket.category.as_ref().map(|word| category(word.as_str())));
    facets.extend(ticket.subcategory.as_ref().map(|word| subcategory(word.as_str())));
    facets.extend(ticket.department.as_ref().map(|word| department(word.as_str())));
    // The name that a type has now is the type's to say.
    facets.extend(match (ticket.form, &ticket.ticket_type) {
        (Some(filled), _) => Some(form(filled.type_id)),
        (None, Some(word)) => Some(ticket_type(word.as_str())),
        (None, None) => None,
    });
    for (field, value) in ticket.declared() {
        let row = DataRow::of(field, value);
        facets.extend(row.text.map(|_| has_data(field, DataOrder::Text)));
        facets.extend(row.number.map(|_| has_data(field, DataOrder::Number)));
    }
    facets.extend(ticket.source.map(|word| source(word.as_str())));
    facets.extend(ticket.opened_by.map(owner));
    facets.extend(ticket.tags.iter().map(|word| tag(word.as_str())));
    facets
}

/// Whether a facet is counted in the statistics, so that its frequency is known exactly.
pub(crate) fn counted(facet: &str) -> bool {
    let is_rare = ["watcher:", "external:", "customer:"];
    !is_rare.iter().any(|prefix| facet.starts_with(prefix)) && !is_data_value(facet)
}

/// Whether a facet is a value of a form: common or rare, and too many of them to be counted.
pub(crate) fn is_data_value(facet: &str) -> bool {
    facet.strip_prefix("data:").is_some_and(|rest| rest.contains('='))
}

pub(crate) fn status(value: &str) -> String {
    format!("status:{value}")
}

pub(crate) fn priority(value: &str) -> String {
    format!("priority:{value}")
}

pub(crate) fn category(value: &str) -> String {
    format!("category:{value}")
}

pub(crate) fn subcategory(value: &str) -> String {
    format!("subcategory:{value}")
}

pub(crate) fn department(value: &str) -> String {
    format!("department:{value}")
}

/// A type that is a name and no more.
pub(crate) fn ticket_type(value: &str) -> String {
    format!("type:{value}")
}

/// The type a ticket was filled in with.
pub(crate) fn form(ticket_type: TicketTypeId) -> String {
    format!("form:{}", ticket_type.uuid().simple())
}

/// The type of a facet of [`form`], without what it begins with.
pub(crate) fn type_of_form(tail: &str) -> Option<TicketTypeId> {
    uuid::Uuid::try_parse(tail).ok().map(TicketTypeId)
}

/// Whether a form gives a field a value that is ordered so.
pub(crate) fn has_data(field: &str, order: DataOrder) -> String {
    match order {
        DataOrder::Text => format!("data:{field}#text"),
        DataOrder::Number => format!("data:{field}#number"),
    }
}

/// The value a form gives a field, or one of several.
pub(crate) fn data_value(field: &str, text: &str) -> String {
    let text = text.replace('\u{1f}', " ");
    let beginning = cut(&text, MAX_KEY);
    if beginning.len() == text.len() {
        return format!("data:{field}={text}");
    }
    // FNV-1a tells apart those that begin alike.
    let mixed = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, mixed);
    format!("data:{field}={beginning}…{hash:x}")
}

pub(crate) fn source(value: &str) -> String {
    format!("source:{value}")
}

pub(crate) fn tag(value: &str) -> String {
    format!("tag:{value}")
}

pub(crate) fn customer(value: &str) -> String {
    format!("customer:{value}")
}

pub(crate) fn external_id(value: &str) -> String {
    format!("external:{value}")
}

pub(crate) fn owner(user: UserId) -> String {
    format!("owner:{}", user.uuid().simple())
}

pub(crate) fn watcher(user: UserId) -> String {
    format!("watcher:{}", user.uuid().simple())
}

pub(crate) fn assignee(user: Option<UserId>) -> String {
    match user {
        Some(user) => format!("assignee:{}", user.uuid().simple()),
        None => "assignee:none".to_owned(),
    }
}
