//! Opening a ticket.

use super::events::{Customer, FilledForm, TicketEvent, TicketOpened};
use super::fields::{
    FormData, parse_category, parse_customer_id, parse_customer_name, parse_data,
    parse_description, parse_device, parse_subject, parse_tags,
};
use super::state::TicketState;
use super::values::{Priority, Source};
use crate::email::EmailAddress;
use crate::field::{FieldError, FieldErrorKind, FieldErrors};
use crate::ids::{ExternalId, TicketNumber, UserId};
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::text::Text;
use crate::vocabulary::{Category, Department, Subcategory, Tag, TypeName};

/// A ticket's fields as a client gave them; what was left out, or was null, is absent.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each is the field of `TicketOpened` by the same name")]
pub struct OpenTicketInput {
    pub subject: Option<String>,
    pub description: Option<String>,
    pub category: Option<String>,
    pub subcategory: Option<String>,
    pub department: Option<String>,
    pub priority: Option<String>,
    pub external_id: Option<String>,
    pub ticket_type: Option<String>,
    pub data: Option<serde_json::Value>,
    pub customer_id: Option<String>,
    pub customer_email: Option<String>,
    pub customer_name: Option<String>,
    pub tags: Vec<String>,
    pub source: Option<String>,
    pub browser: Option<String>,
    pub device_type: Option<String>,
}

/// A ticket's fields, parsed.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is the field of `TicketOpened` by the same name")]
pub struct TicketDraft {
    pub subject: Text,
    pub description: Text,
    pub category: Option<Category>,
    pub subcategory: Option<Subcategory>,
    pub department: Option<Department>,
    pub priority: Priority,
    pub external_id: Option<ExternalId>,
    pub ticket_type: Option<TypeName>,
    pub data: Option<FormData>,
    pub form: Option<FilledForm>,
    pub customer_id: Option<Text>,
    pub customer_email: Option<EmailAddress>,
    pub customer_name: Option<Text>,
    pub tags: Vec<Tag>,
    pub source: Option<Source>,
    pub browser: Option<Text>,
    pub device_type: Option<Text>,
}

impl OpenTicketInput {
    /// Parses every field. An absent priority is medium; an absent description is empty.
    ///
    /// # Errors
    /// One entry per bad field, in the order of the fields.
    pub fn parse(self, settings: &Settings) -> Result<TicketDraft, Vec<FieldError>> {
        let limits = &settings.limits;
        let mut errors = FieldErrors::new();
        let subject = match &self.subject {
            Some(subject) => errors.take("subject", parse_subject(subject, limits)),
            None => errors.take("subject", Err(FieldErrorKind::Missing)),
        };
        let description = match &self.description {
            Some(text) => errors.take("description", parse_description(text, limits)),
            None if limits.description_min > 0 => {
                errors.take("description", Err(FieldErrorKind::Missing))
            }
            None => errors.take("description", Text::lines("", 0, 0)),
        };
        let category = errors.take_given("category", self.category.as_deref(), |text| {
            parse_category(text, settings)
        });
        let subcategory =
            errors.take_given("subcategory", self.subcategory.as_deref(), Subcategory::parse);
        let department =
            errors.take_given("department", self.department.as_deref(), Department::parse);
        let priority = errors.take_given("priority", self.priority.as_deref(), Priority::parse);
        let external_id =
            errors.take_given("external_id", self.external_id.as_deref(), ExternalId::parse);
        let ticket_type =
            errors.take_given("ticket_type", self.ticket_type.as_deref(), TypeName::parse);
        let data = self.data.and_then(|data| errors.take("data", parse_data(data)));
        if limits.customer_required {
            let customer = [
                ("customer.id", &self.customer_id),
                ("customer.email", &self.customer_email),
                ("customer.name", &self.customer_name),
            ];
            for (field, value) in customer {
                if value.is_none() {
                    errors.take::<()>(field, Err(FieldErrorKind::Missing));
                }
            }
        }
        let customer_id =
            errors.take_given("customer.id", self.customer_id.as_deref(), parse_customer_id);
        let customer_email = errors.take_given(
            "customer.email",
            self.customer_email.as_deref(),
            EmailAddress::parse,
        );
        let customer_name =
            errors.take_given("customer.name", self.customer_name.as_deref(), parse_customer_name);
        let tags = errors.take("tags", parse_tags(&self.tags));
        let source = errors.take_given("source", self.source.as_deref(), Source::parse);
        let browser = errors.take_given("browser", self.browser.as_deref(), parse_device);
        let device_type =
            errors.take_given("device_type", self.device_type.as_deref(), parse_device);
        match (subject, description, tags) {
            (Some(subject), Some(description), Some(tags)) if errors.is_empty() => {
                Ok(TicketDraft {
                    subject,
                    description,
                    category,
                    subcategory,
                    department,
                    priority: priority.unwrap_or_default(),
                    external_id,
                    ticket_type,
                    data,
                    form: None,
                    customer_id,
                    customer_email,
                    customer_name,
                    tags,
                    source,
                    browser,
                    device_type,
                })
            }
            (_, _, _) => Err(errors.into_vec()),
        }
    }
}

/// Opens a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenTicket {
    /// The number handed out for it.
    pub number: TicketNumber,
    /// The user who opens it; none without a sign-in.
    pub opened_by: Option<UserId>,
    /// Its fields.
    pub draft: TicketDraft,
}

/// Opens a ticket in an empty stream.
///
/// # Errors
/// The stream has a ticket already.
pub fn open_ticket(state: &TicketState, command: OpenTicket) -> Result<Vec<TicketEvent>, Refusal> {
    if let Some(ticket) = state.ticket() {
        return Err(Refusal::TicketAlreadyOpened { number: ticket.number });
    }
    let draft = command.draft;
    Ok(vec![TicketEvent::Opened(Box::new(TicketOpened {
        number: command.number,
        subject: draft.subject.into_personal(),
        description: draft.description.into_personal(),
        category: draft.category,
        subcategory: draft.subcategory,
        department: draft.department,
        priority: draft.priority,
        external_id: draft.external_id,
        ticket_type: draft.ticket_type,
        data: draft.data.map(FormData::into_personal),
        form: draft.form,
        customer: Customer {
            id: draft.customer_id.map(Text::into_personal),
            email: draft.customer_email.map(EmailAddress::into_personal),
            name: draft.customer_name.map(Text::into_personal),
        },
        tags: draft.tags,
        source: draft.source,
        browser: draft.browser.map(Text::into_personal),
        device_type: draft.device_type.map(Text::into_personal),
        opened_by: command.opened_by,
    }))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::settings::Limits;
    use crate::ticket::Status;
    use crate::ticket::samples::{self, at, user};

    fn input() -> OpenTicketInput {
        OpenTicketInput { subject: Some(" No signal ".to_owned()), ..Default::default() }
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn open(draft: TicketDraft) -> OpenTicket {
        OpenTicket { number: TicketNumber::new(2026, 1), opened_by: Some(user(1)), draft }
    }

    #[test]
    fn given_only_a_subject_then_a_ticket_of_medium_priority_is_open() {
        let draft = input().parse(&Settings::default()).unwrap();
        let events = open_ticket(&TicketState::Unopened, open(draft)).unwrap();
        assert_eq!(events, [samples::opened()]);
        let state = TicketState::Unopened.evolved(&events, at(0));
        let ticket = state.active().unwrap();
        assert_eq!((ticket.status, ticket.priority), (Status::Open, Priority::Medium));
        assert_eq!((ticket.created_at, ticket.updated_at), (at(0), at(0)));
    }

    #[test]
    fn given_everything_then_everything_is_told() {
        let input = OpenTicketInput {
            subject: some("Base station down"),
            description: some("基站故障\r\nsince noon"),
            category: some("technical_issue"),
            subcategory: some("radio"),
            department: some("Field"),
            priority: some("critical"),
            external_id: some("HDTS-7"),
            ticket_type: some("outage"),
            data: Some(json!({ "cells": [1, 2.5, null], "site": "B12" })),
            customer_id: some("C-1"),
            customer_email: some(" ada@example.com"),
            customer_name: some("Ada"),
            tags: vec!["vip".to_owned(), " 5g".to_owned(), "vip".to_owned()],
            source: some("phone"),
            browser: some("Firefox"),
            device_type: some("desktop"),
        };
        let draft = input.parse(&Settings::default()).unwrap();
        let command = OpenTicket { number: TicketNumber::new(2026, 2), opened_by: None, draft };
        let events = open_ticket(&TicketState::Unopened, command).unwrap();
        assert_eq!(events, [samples::opened_full()]);
    }

    #[test]
    fn given_a_stream_with_a_ticket_then_it_is_refused() {
        let draft = input().parse(&Settings::default()).unwrap();
        let refusal = Refusal::TicketAlreadyOpened { number: TicketNumber::new(2026, 1) };
        for state in [samples::active(), samples::deleted(), samples::merged_into(9)] {
            assert_eq!(open_ticket(&state, open(draft.clone())), Err(refusal.clone()));
        }
    }

    #[test]
    fn given_many_bad_fields_then_each_is_named_once_in_order() {
        let input = OpenTicketInput {
            subject: some(" "),
            description: some("a\0b"),
            category: some(""),
            priority: some("asap"),
            data: Some(json!([])),
            customer_email: some("nobody"),
            tags: vec![String::new()],
            source: some("pigeon"),
            ..Default::default()
        };
        let errors = input.parse(&Settings::default()).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field).collect();
        let expected = [
            "subject",
            "description",
            "category",
            "priority",
            "data",
            "customer.email",
            "tags",
            "source",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn given_the_customer_support_profile_then_description_and_customer_are_required() {
        let limits = Limits::customer_support();
        let settings = Settings { limits, ..Settings::default() };
        let errors = input().parse(&settings).unwrap_err();
        let missing = |field| FieldError::new(field, FieldErrorKind::Missing);
        let fields = ["description", "customer.id", "customer.email", "customer.name"];
        assert_eq!(errors, fields.map(missing));
    }

    #[test]
    fn given_strict_categories_then_the_error_names_the_list() {
        let settings = Settings { strict_categories: true, ..Settings::default() };
        let good = OpenTicketInput { category: some("other"), ..input() };
        assert!(good.parse(&settings).is_ok());
        let bad = OpenTicketInput { category: some("weather"), ..input() };
        assert!(bad.clone().parse(&Settings::default()).is_ok(), "without them anything goes");
        let errors = bad.parse(&settings).unwrap_err();
        assert!(errors[0].message().contains("billing_question"), "{}", errors[0].message());
    }
}
