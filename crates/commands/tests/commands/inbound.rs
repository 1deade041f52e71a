use commands::inbound::{
    InboundError, InboundTicket, KnownContent, Received, RepeatName, UnknownFields,
};
use commands::{CommandError, Commands, Context, TicketChange};
use domain::TicketId;
use domain::ticket::{Change, EditTicketInput, Status};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::*;

async fn read(commands: &Commands, value: &Value) -> InboundTicket {
    let fields = value.as_object().unwrap().clone();
    commands.read_inbound_ticket(fields, UnknownFields::Refused).await.unwrap().ticket
}

/// Each message has a context of its own, as those of a topic do.
async fn receive(
    commands: &Commands,
    value: &Value,
    repeat: Option<RepeatName<'_>>,
) -> Result<Received, CommandError> {
    let ticket = read(commands, value).await;
    commands.receive_inbound_ticket(&ctx(commands), ticket, repeat).await
}

#[track_caller]
fn assert_known(received: &Received, ticket: TicketId, same: KnownContent) {
    match received {
        Received::Known { ticket: known, content } => {
            assert_eq!((TicketId(known.id), *content), (ticket, same));
        }
        Received::Opened(opened) => panic!("{} was opened", opened.id),
    }
}

async fn opened(commands: &Commands, value: &Value, repeat: Option<RepeatName<'_>>) -> TicketId {
    match receive(commands, value, repeat).await.unwrap() {
        Received::Opened(opened) => TicketId(opened.id),
        Received::Known { ticket, .. } => panic!("{} was known", ticket.id),
    }
}

#[tokio::test]
async fn an_external_id_opens_one_ticket_under_whatever_key() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let value = json!({ "ticket_id": 17, "title": "a", "employee": { "id": 4 } });
    let ticket = opened(&one, &value, Some(RepeatName::Key(b"k1"))).await;
    one.change_status(&ctx(&one), ticket, Status::Closed, None).await.unwrap();

    let again = receive(&two, &value, Some(RepeatName::Key(b"k2"))).await.unwrap();
    assert_known(&again, ticket, KnownContent::Same);
    assert_eq!(again.ticket().version, 2, "the ticket as it is now");

    let other = json!({ "external_id": "17", "subject": "b" });
    let again = receive(&two, &other, Some(RepeatName::Key(b"k1"))).await.unwrap();
    assert_known(&again, ticket, KnownContent::Different);
    assert_eq!(count(&one, "ticket.opened").await, 1);
    assert_eq!(count(&one, "ticket.subject_changed").await, 0);
}

#[tokio::test]
async fn a_repeat_is_known_when_the_ticket_goes_by_another_external_id_now() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let value = json!({ "external_id": "H-1", "subject": "a" });
    let ticket = opened(&one, &value, None).await;
    let external_id = Change::Set("H-2".to_owned());
    let edit = EditTicketInput { external_id, ..EditTicketInput::default() };
    let edit = vec![TicketChange::Edit(Box::new(edit))];
    one.change_ticket(&ctx(&one), ticket, edit).await.unwrap();
    for content in ["a", "b"] {
        let value = json!({ "external_id": "H-1", "subject": content });
        let again = receive(&one, &value, None).await.unwrap();
        assert_eq!(TicketId(again.ticket().id), ticket);
    }
    assert_eq!(count(&one, "ticket.opened").await, 1);
}

#[tokio::test]
async fn without_an_external_id_the_key_tells_a_repeat() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let value = json!({ "subject": "a" });
    let ticket = opened(&one, &value, Some(RepeatName::Key(b"k"))).await;
    let again = receive(&one, &value, Some(RepeatName::Key(b"k"))).await.unwrap();
    assert_known(&again, ticket, KnownContent::Same);
    let other = receive(&one, &json!({ "subject": "b" }), Some(RepeatName::Key(b"k"))).await;
    assert!(matches!(other, Err(CommandError::KeyReused)), "{other:?}");
    // A place is not a key, and nothing at all names nothing.
    opened(&one, &value, Some(RepeatName::Place("k"))).await;
    opened(&one, &value, None).await;
    opened(&one, &value, None).await;
    assert_eq!(count(&one, "ticket.opened").await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_at_once_open_one_ticket() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    for round in 0..4 {
        let sent = (0..16).map(|n| {
            let commands = if n % 2 == 0 { one.clone() } else { two.clone() };
            let value =
                json!({ "external_id": format!("H-{round}"), "subject": format!("{}", n % 4) });
            async move { receive(&commands, &value, None).await.unwrap() }
        });
        let received = join_all(sent).await;
        let id = received[0].ticket().id;
        assert!(received.iter().all(|received| received.ticket().id == id));
        let opened = received.iter().filter(|received| matches!(received, Received::Opened(_)));
        assert_eq!(opened.count(), 1);
    }
    assert_eq!(count(&one, "ticket.opened").await, 4);
}

#[tokio::test]
async fn a_ticket_keeps_the_time_it_was_opened_at() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let value = json!({ "subject": "a", "occurred_at": "2025-12-31 23:00:00" });
    let ticket = opened(&one, &value, None).await;
    let state = one.ticket_state(ticket).await.unwrap().unwrap().state;
    let ticket = state.ticket().unwrap();
    assert_eq!(ticket.created_at, "2025-12-31T23:00:00Z".parse::<domain::Timestamp>().unwrap());
    assert_eq!(ticket.number.year, 2025);

    // A clock that is a little ahead opens a ticket now.
    let value = json!({ "subject": "a", "created_at": "2026-06-15T12:03:00Z" });
    let ticket = opened(&one, &value, None).await;
    let state = one.ticket_state(ticket).await.unwrap().unwrap().state;
    let now = "2026-06-15T12:00:00Z".parse::<domain::Timestamp>().unwrap();
    assert_eq!(state.ticket().unwrap().created_at, now);
}

#[tokio::test]
async fn every_bad_field_is_named_by_the_name_it_has_here() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let value = json!({
        "ticket_id": ["x"], "title": " ", "customer": { "email": 7, "phone": "1" },
        "metadata": { "source": "pigeon", "os": "x" }, "tags": [1], "what": null,
        "created_at": "2026-06-15T12:06:00Z",
    });
    let fields = value.as_object().unwrap().clone();
    let error = one.read_inbound_ticket(fields.clone(), UnknownFields::Refused).await.unwrap_err();
    let InboundError::Invalid(bad) = error else { panic!("{error}") };
    let mut names: Vec<&str> = bad.iter().map(|bad| bad.field.as_str()).collect();
    names.sort_unstable();
    let known = ["created_at", "customer.email"];
    let unknown = ["customer.phone", "metadata.os", "what"];
    let further = ["external_id", "source", "subject", "tags"];
    let mut expected = [&known[..], &unknown[..], &further[..]].concat();
    expected.sort_unstable();
    assert_eq!(names, expected);

    let fields = json!({ "title": "a", "what": 1, "employee": { "phone": "1" } });
    let fields = fields.as_object().unwrap().clone();
    let mut read = one.read_inbound_ticket(fields, UnknownFields::Ignored).await.unwrap();
    read.ignored.sort_unstable();
    assert_eq!(read.ignored, ["customer.phone", "what"]);
}

#[tokio::test]
async fn a_command_that_was_named_goes_by_its_name() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let ctx = repeatable(&one, 1);
    let ticket = read(&one, &json!({ "subject": "a" })).await;
    let first = one.receive_inbound_ticket(&ctx, ticket.clone(), None).await.unwrap();
    let again = one.receive_inbound_ticket(&ctx, ticket.clone(), None).await.unwrap();
    assert_known(&again, TicketId(first.ticket().id), KnownContent::Same);
    let other = Context { body_hash: [2; 32], ..ctx };
    let refused = one.receive_inbound_ticket(&other, ticket, None).await;
    assert!(matches!(refused, Err(CommandError::KeyReused)), "{refused:?}");
}

#[test]
fn the_schema_names_every_field_and_every_other_name() {
    let schema = InboundTicket::schema();
    let properties = schema.get("properties").unwrap().as_object().unwrap();
    for name in ["external_id", "ticket_id", "ticket_number", "subject", "title", "employee"] {
        assert!(properties.contains_key(name), "{name}");
    }
    for name in ["customer_id", "customer_email", "customer_name", "metadata", "occurred_at"] {
        assert!(properties.contains_key(name), "{name}");
    }
    assert_eq!(schema.get("additionalProperties"), Some(&json!(false)));
    // Nothing is required but the subject, by one of its names.
    assert_eq!(schema.get("required"), None);
    assert_eq!(
        schema.get("anyOf"),
        Some(&json!([{ "required": ["subject"] }, { "required": ["title"] }]))
    );
    for name in ["customer", "employee"] {
        assert_eq!(properties[name].get("required"), None, "{name}");
        assert_eq!(properties[name]["additionalProperties"], false, "{name}");
    }
    assert_eq!(properties["customer_id"]["type"], json!(["string", "number", "null"]));
}
