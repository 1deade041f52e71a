//! What a search finds.

use domain::TicketId;
use domain::ticket::events::{DescriptionChanged, SubjectChanged};
use domain::ticket::{Status, TicketEvent, Visibility};
use projections::{CommentAccess, TicketFilter, TicketQuery};

use crate::support::{Desk, comment, user};

async fn found(desk: &Desk, text: &str, search_in: CommentAccess) -> Vec<TicketId> {
    let filter =
        TicketFilter { search: Some(text.to_owned()), search_in, ..TicketFilter::default() };
    let query = TicketQuery { filter, ..TicketQuery::default() };
    let page = desk.queries.list_tickets(&query).await.unwrap();
    page.items.iter().map(|item| item.id).collect()
}

#[tokio::test]
async fn words_are_found_whole_by_their_beginning_and_misspelt() {
    let desk = Desk::new().await;
    let refund = desk.open(1, |t| t.subject = "Refund for a broken router".into()).await;
    let station = desk.open(2, |t| t.description = "城东基站故障，5G网络中断".into()).await;
    let café = desk.open(3, |t| t.subject = "Café Wi-Fi: connection drops".into()).await;
    desk.project().await;

    for (text, wanted) in [
        ("refund", vec![refund]),
        ("REFUND router", vec![refund]),
        ("ref", vec![refund]),
        ("refnud", vec![refund]),
        ("brokem ruoter", vec![refund]),
        ("refund connection", vec![]),
        ("故障", vec![station]),
        ("障", vec![station]),
        ("基站故障", vec![station]),
        ("障故", vec![]),
        ("5G网络", vec![station]),
        ("cafe", vec![café]),
        ("CAFÉ", vec![café]),
        ("conection", vec![café]),
        ("TKT-2026-000001", vec![refund]),
        ("tkt-2026-00000", vec![café, station, refund]),
        ("000002", vec![station]),
        ("!?", vec![café, station, refund]),
        ("xylophone", vec![]),
        ("it's ' & | ! :* \\ (", vec![]),
    ] {
        assert_eq!(found(&desk, text, CommentAccess::All).await, wanted, "{text}");
    }
}

#[tokio::test]
async fn internal_words_are_found_by_staff_alone() {
    let desk = Desk::new().await;
    let id = desk.open(1, |_| {}).await;
    desk.then(id, comment(1, Some(user(1)), Visibility::Public, "please wait"), 10).await;
    desk.then(id, comment(2, Some(user(1)), Visibility::Internal, "suspect fraud 欺诈"), 20).await;
    desk.project().await;
    for (text, staff, others) in [
        ("please", vec![id], vec![id]),
        ("fraud", vec![id], vec![]),
        ("farud", vec![id], vec![]),
        ("please fraud", vec![id], vec![]),
        ("欺诈", vec![id], vec![]),
        ("~fraud", vec![id], vec![]),
    ] {
        assert_eq!(found(&desk, text, CommentAccess::All).await, staff, "{text}");
        assert_eq!(found(&desk, text, CommentAccess::PublicOnly).await, others, "{text}");
    }
}

#[tokio::test]
async fn changed_texts_are_found_by_their_new_words_alone() {
    let desk = Desk::new().await;
    let id = desk.open(1, |t| t.subject = "billing".into()).await;
    desk.project().await;
    let subject = TicketEvent::SubjectChanged(SubjectChanged { subject: "roaming".into() });
    desk.then(id, subject, 10).await;
    let description = DescriptionChanged { description: "abroad".into() };
    desk.then(id, TicketEvent::DescriptionChanged(description), 20).await;
    desk.then(id, comment(1, None, Visibility::Public, "hello"), 30).await;
    desk.project().await;
    for text in ["roaming", "abroad", "hello", "TKT-2026-000001", "roaming hello abroad"] {
        assert_eq!(found(&desk, text, CommentAccess::PublicOnly).await, [id], "{text}");
    }
    assert_eq!(found(&desk, "billing", CommentAccess::PublicOnly).await, []);
}

#[tokio::test]
async fn a_search_is_one_filter_among_others() {
    let desk = Desk::new().await;
    let mine = desk.open(1, |t| t.subject = "router".into()).await;
    let other = desk
        .open(2, |t| {
            t.subject = "router".into();
            t.opened_by = Some(user(2));
        })
        .await;
    desk.then(other, crate::support::moved(Status::Open, Status::Closed), 10).await;
    desk.project().await;
    let list = async |filter: TicketFilter| {
        let search = Some("rout".to_owned());
        let query =
            TicketQuery { filter: TicketFilter { search, ..filter }, ..TicketQuery::default() };
        let page = desk.queries.list_tickets(&query).await.unwrap();
        page.items.iter().map(|item| item.id).collect::<Vec<_>>()
    };
    let all = TicketFilter::default();
    assert_eq!(list(TicketFilter { opened_by: vec![user(1)], ..all.clone() }).await, [mine]);
    assert_eq!(list(TicketFilter { status: vec![Status::Closed], ..all.clone() }).await, [other]);
    assert_eq!(list(all).await, [other, mine]);
}
