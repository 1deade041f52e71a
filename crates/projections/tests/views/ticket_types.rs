//! Ticket types and their versions.

use domain::ticket_type::{FieldKind, TicketTypeStatus};
use projections::{AsOf, AuditFilter, TicketQuery, TicketRef, TicketTypeFilter};
use serde_json::json;

use crate::papers::{
    data_changed, definition, filled, ticket_type, type_defined, type_renamed, type_retired,
    type_revised,
};
use crate::support::{Desk, at};

#[tokio::test]
async fn ticket_types_are_folded_listed_and_read_in_their_versions() {
    let desk = Desk::new().await;
    let (one, two) = (ticket_type(1), ticket_type(2));
    desk.append(one.uuid(), &[type_defined("Site fault")], at(0)).await;
    desk.append(two.uuid(), &[type_defined("Access")], at(1)).await;
    desk.project().await;
    desk.append(one.uuid(), &[type_revised(2), type_renamed("Fault"), type_retired()], at(5)).await;
    desk.project().await;

    let row = desk.queries.ticket_type(one).await.unwrap().unwrap();
    assert_eq!((row.version, row.definition_version), (4, 2));
    assert_eq!((row.name.as_str(), row.status), ("Fault", TicketTypeStatus::Retired));
    assert_eq!((row.created_at, row.updated_at, row.tickets), (at(0), at(5), 0));
    assert_eq!(desk.queries.ticket_type(ticket_type(9)).await.unwrap(), None);

    let first = desk.queries.ticket_type_version(one, 1).await.unwrap().unwrap();
    assert_eq!(first, definition());
    let second = desk.queries.ticket_type_version(one, 2).await.unwrap().unwrap();
    assert_eq!(second, row.definition);
    assert_eq!(desk.queries.ticket_type_version(one, 3).await.unwrap(), None);

    let found = async |filter: TicketTypeFilter| {
        let page = desk.queries.ticket_types(&filter, None, 50).await.unwrap();
        let counted = desk.queries.count_ticket_types(&filter).await.unwrap();
        assert_eq!(counted, page.items.len() as i64);
        page.items.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(found(TicketTypeFilter::default()).await, [one, two]);
    assert_eq!(found(TicketTypeFilter { status: vec![TicketTypeStatus::Active] }).await, [two]);
    let all = TicketTypeFilter::default();
    let first = desk.queries.ticket_types(&all, None, 1).await.unwrap();
    let second = desk.queries.ticket_types(&all, first.next_cursor.as_ref(), 1).await.unwrap();
    assert_eq!((second.items[0].id, second.next_cursor), (two, None));

    // Also what only an earlier version had.
    let fields = desk.queries.filterable_fields().await.unwrap();
    let fields: Vec<_> = fields.iter().map(|(field, kind)| (field.as_str(), *kind)).collect();
    let expected = [
        ("at", FieldKind::DateTime),
        ("bands", FieldKind::MultiSelect),
        ("day", FieldKind::Date),
        ("down", FieldKind::Boolean),
        ("level", FieldKind::Integer),
        ("site_id", FieldKind::Text),
    ];
    assert_eq!(fields, expected);

    let filter =
        AuditFilter { action: vec!["ticket_type.renamed".to_owned()], ..Default::default() };
    let page = desk.queries.audit(&filter, None, 9).await.unwrap();
    assert_eq!((page.items.len(), page.items[0].resource_type.as_str()), (1, "ticket_type"));
}

#[tokio::test]
async fn tickets_go_by_the_name_that_their_type_has_now() {
    let desk = Desk::new().await;
    let one = ticket_type(1);
    desk.append(one.uuid(), &[type_defined("Site fault")], at(0)).await;
    let typed = desk.open(1, |_| {}).await;
    let change = data_changed("Site fault", Some(filled(one, json!({}))), json!({ "note": "x" }));
    desk.then(typed, change, 9).await;
    let free = desk.open(2, |_| {}).await;
    desk.then(free, data_changed("Fault", None, json!({ "anything": 1 })), 9).await;
    desk.open(3, |_| {}).await;
    desk.append(one.uuid(), &[type_renamed("Fault")], at(10)).await;
    desk.project().await;
    let found = async |word: &str| {
        let mut query = TicketQuery::default();
        query.filter.ticket_type = vec![word.to_owned()];
        let page = desk.queries.list_tickets(&query).await.unwrap();
        page.items.iter().map(|item| item.id).collect::<Vec<_>>()
    };
    assert_eq!(found("Fault").await, [free, typed]);
    assert_eq!(found("fault").await, [typed]);
    assert_eq!(found(&one.to_string()).await, [typed]);
    assert_eq!(found("Site fault").await, []);
    assert_eq!(found("Other").await, []);
    let named = async |id| {
        let seen = desk.queries.ticket(TicketRef::Id(id)).await.unwrap().unwrap();
        seen.ticket.ticket_type.map(|name| name.to_string())
    };
    let shown = (named(typed).await, named(free).await);
    assert_eq!(shown, (Some("Fault".to_owned()), Some("Fault".to_owned())));
    // As it was then, it is called as it was then.
    let past = desk.queries.ticket_as_of(typed, AsOf::Version(2)).await.unwrap().unwrap();
    assert_eq!(past.ticket.ticket_type.unwrap().as_str(), "Site fault");
    let breakdown = async || desk.queries.stats(at(20)).await.unwrap().ticket_type_breakdown;
    assert_eq!(breakdown().await, [("Fault".to_owned(), 2)].into());

    // Another type may have the name now.
    desk.append(ticket_type(2).uuid(), &[type_defined("Site fault")], at(10)).await;
    let heir = desk.open(4, |_| {}).await;
    let change = data_changed("Site fault", Some(filled(ticket_type(2), json!({}))), json!({}));
    desk.then(heir, change, 10).await;
    desk.project().await;
    assert_eq!(found("Site fault").await, [heir]);
    let counted = [("Fault".to_owned(), 2), ("Site fault".to_owned(), 1)].into();
    assert_eq!(breakdown().await, counted);
    desk.append(one.uuid(), &[type_renamed("Störung Ä")], at(11)).await;
    desk.project().await;
    assert_eq!(found("störung ä").await, [typed]);
    assert_eq!(desk.queries.ticket_type(one).await.unwrap().unwrap().tickets, 1);
}
