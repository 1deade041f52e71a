//! Files of tickets, and what was found in them.

use domain::file::{NotReadReason, OcrEngine, TextLanguage};
use domain::ticket::{FileRole, Visibility};
use domain::{FileId, TicketId};
use projections::{
    AsOf, AuditFilter, CommentAccess, FileCounts, TextStatus, TicketQuery, TicketRef,
};
use serde_json::json;

use crate::papers::{
    attached, data_changed, file, file_removed, file_renamed, filled, image, papers, removed,
    reordered, text_not_read, text_read, thumbnail, ticket_type,
};
use crate::rebuilds::rows;
use crate::support::{Desk, Dice, at, comment, ticket};
use crate::work::{Work, do_work, registered};

async fn find(desk: &Desk, words: &str) -> Vec<TicketId> {
    let mut query = TicketQuery::default();
    query.filter.search = Some(words.to_owned());
    let page = desk.queries.list_tickets(&query).await.unwrap();
    page.items.iter().map(|item| item.id).collect()
}

#[tokio::test]
async fn files_are_listed_in_their_order_with_what_was_found_in_them() {
    let desk = Desk::new().await;
    let one = desk.open(1, |_| {}).await;
    let ids: Vec<FileId> = (0..4).map(|k| file(1, k)).collect();
    desk.then(one, image(ids[0], "first.png"), 5).await;
    desk.then(one, attached(ids[1], FileRole::Attachment, "log.zip", "application/zip"), 6).await;
    desk.then(one, image(ids[2], "second.png"), 7).await;
    desk.then(one, image(ids[3], "third.png"), 8).await;
    desk.then(one, reordered(vec![ids[3], ids[0], ids[2]]), 9).await;
    desk.then(one, file_renamed(ids[2], "renamed.png"), 10).await;
    desk.project().await;
    let listed = async || {
        let files = desk.queries.ticket_files(one).await.unwrap();
        let line = |file: &projections::FileRow| {
            let name = file.name.as_str().unwrap().to_owned();
            (file.id, file.role, file.order_index, name)
        };
        files.iter().map(line).collect::<Vec<_>>()
    };
    let expected = [
        (ids[3], FileRole::Image, 0, "third.png".to_owned()),
        (ids[0], FileRole::Image, 1, "first.png".to_owned()),
        (ids[2], FileRole::Image, 2, "renamed.png".to_owned()),
        (ids[1], FileRole::Attachment, 0, "log.zip".to_owned()),
    ];
    assert_eq!(listed().await, expected);
    let counts = desk.queries.files_of(&[one, ticket(9)]).await.unwrap();
    let expected = FileCounts { images: 3, attachments: 1 };
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(one, expected)]);

    let row = async |id| desk.queries.file(id).await.unwrap().unwrap();
    assert_eq!(row(ids[0]).await.text, TextStatus::Pending);
    assert_eq!(row(ids[1]).await.text, TextStatus::None);
    assert_eq!(row(ids[0]).await.uploaded_by.unwrap().full_name, None);
    assert_eq!((row(ids[0]).await.ticket_id, row(ids[0]).await.attached_at), (one, at(5)));
    assert_eq!(desk.queries.file(file(9, 9)).await.unwrap(), None);

    desk.append(crate::support::user(1).uuid(), &[registered("User 1")], at(1)).await;
    desk.append(ids[0].uuid(), &[text_not_read(one, 1), thumbnail(one)], at(20)).await;
    desk.project().await;
    let found = row(ids[0]).await;
    assert_eq!(found.text, TextStatus::NotRead { reason: NotReadReason::Damaged });
    assert_eq!(found.thumbnail.unwrap().width, 320);
    assert_eq!(found.uploaded_by.unwrap().full_name.as_deref(), Some("User 1"));
    assert_eq!(desk.queries.reading(ids[0]).await.unwrap(), None);

    let texts = [text_read(one, 2, "基站 down"), text_read(one, 3, "up"), text_not_read(one, 4)];
    desk.append(ids[0].uuid(), &texts, at(30)).await;
    desk.project().await;
    let TextStatus::Read(text) = row(ids[0]).await.text else { panic!() };
    assert_eq!((text.chars, text.engine), (2, Some(OcrEngine::Paddle)));
    assert_eq!((text.language, text.mean_confidence), (TextLanguage::English, Some(0.9)));
    assert_eq!((text.page_count, text.pages_read, text.read_at), (2, 1, at(30)));
    let reading = desk.queries.reading(ids[0]).await.unwrap().unwrap();
    assert_eq!(reading.text.as_str(), Some("up"));
    // What machines find changes nothing about the ticket.
    let item = desk.queries.ticket(TicketRef::Id(one)).await.unwrap().unwrap();
    assert_eq!((item.version, item.ticket.updated_at), (7, at(10)));

    desk.then(one, file_removed(ids[0]), 40).await;
    desk.append(ids[0].uuid(), &[removed(one)], at(40)).await;
    desk.project().await;
    assert_eq!(desk.queries.file(ids[0]).await.unwrap(), None);
    assert_eq!(desk.queries.reading(ids[0]).await.unwrap(), None);
    assert_eq!(listed().await[1].2, 1);
    let then = desk.queries.ticket_as_of(one, AsOf::Time(at(39))).await.unwrap().unwrap();
    assert_eq!(then.ticket.images().next().unwrap().id, ids[3]);
    assert_eq!((then.ticket.files.len(), item.ticket.files.len()), (4, 4));
}

#[tokio::test]
async fn the_texts_of_files_are_searched_in_whatever_order_they_come() {
    let desk = Desk::new().await;
    let (one, two) = (ticket(1), ticket(2));
    // The file before its ticket, as with a projector of another partition.
    desk.append(file(1, 0).uuid(), &[text_read(one, 1, "基站 condensor")], at(0)).await;
    desk.append(file(1, 1).uuid(), &[text_read(one, 2, "condensor relay")], at(0)).await;
    desk.project().await;
    assert_eq!(find(&desk, "condensor").await, []);
    desk.open(1, |_| {}).await;
    desk.open(2, |opened| opened.description = "relay".into()).await;
    desk.project().await;
    assert_eq!(find(&desk, "基站").await, [one]);
    assert_eq!(find(&desk, "relay").await, [two, one]);
    assert_eq!(find(&desk, "condenzor relay").await, [one], "with a slip");
    assert_eq!(find(&desk, "subject condens").await, [one], "together with its own words");
    desk.then(one, comment(1, None, Visibility::Public, "later"), 9).await;
    // Read anew: other words take their place. What another file has goes on being found.
    desk.append(file(1, 0).uuid(), &[text_read(one, 3, "rectifier")], at(9)).await;
    desk.project().await;
    assert_eq!(find(&desk, "基站").await, []);
    assert_eq!(find(&desk, "rectifier condensor later").await, [one]);
    desk.append(file(1, 1).uuid(), &[text_not_read(one, 4), removed(one)], at(10)).await;
    desk.project().await;
    assert_eq!(find(&desk, "condensor").await, []);
    assert_eq!(find(&desk, "rectifier").await, [one]);
}

/// Streams in any order among each other; each of them in its own.
#[tokio::test]
async fn any_order_of_streams_gives_the_same_rows() {
    let mut all: Option<Vec<(String, Vec<String>)>> = None;
    for seed in [0, 1, 2] {
        let desk = Desk::new().await;
        let mut log: Vec<(Work, i64)> = papers(7, 12, 240);
        for n in 1..=12 {
            let opened = crate::support::opened(n, |_| {});
            log.insert(0, (Work::Ticket(ticket(n.into()), opened), 1));
        }
        let mut dice = Dice(seed);
        let mut streams: Vec<(String, std::collections::VecDeque<(Work, i64)>)> = Vec::new();
        for (what, seconds) in log {
            let stream = match &what {
                Work::Ticket(id, _) => id.to_string(),
                Work::File(id, _) => id.to_string(),
                other => format!("{other:?}").chars().take(60).collect(),
            };
            match streams.iter_mut().find(|(name, _)| *name == stream) {
                Some((_, events)) => events.push_back((what, seconds)),
                None => streams.push((stream, [(what, seconds)].into())),
            }
        }
        while !streams.is_empty() {
            let at = dice.roll(streams.len() as u64) as usize;
            if let Some(next) = streams[at].1.pop_front() {
                do_work(&desk, &[next]).await;
            } else {
                streams.swap_remove(at);
            }
            if dice.roll(40) == 0 {
                desk.project().await;
            }
        }
        desk.project().await;
        let mut found = rows(&desk.pool).await;
        // Positions are those of the order.
        found.retain(|(table, _)| !["audit", "meta"].contains(&table.as_str()));
        let tables = ["ticket_data", "ticket_files", "file_findings", "search_files"];
        for table in tables {
            assert!(found.iter().any(|(name, rows)| name == table && !rows.is_empty()), "{table}");
        }
        match &all {
            Some(first) => assert_eq!(&found, first),
            None => all = Some(found),
        }
    }
}

#[tokio::test]
async fn more_text_than_a_row_of_words_holds_is_cut() {
    let desk = Desk::new().await;
    let one = desk.open(1, |_| {}).await;
    for k in 0..6_u32 {
        let words: Vec<String> = (0..9_000).map(|n| format!("w{k}x{n}")).collect();
        let read = text_read(one, u128::from(k), &words.join(" "));
        desk.append(file(1, u128::from(k)).uuid(), &[read], at(9)).await;
    }
    desk.project().await;
    assert!(desk.queries.parked_streams(1).await.unwrap().is_empty());
    assert_eq!(find(&desk, "w0x1").await, [one]);
    assert_eq!(find(&desk, "w5x1").await, [], "there is a limit");
}

#[tokio::test]
async fn history_and_audit_tell_of_forms_and_files() {
    let desk = Desk::new().await;
    let one = desk.open(1, |_| {}).await;
    let of = ticket_type(1);
    let data = |level: i64, note: &str| {
        let form = filled(of, json!({ "site_id": "BJ-0001", "level": level }));
        data_changed("Site fault", Some(form), json!({ "note": note }))
    };
    desk.then(one, data(1, "a"), 5).await;
    desk.then(one, data(2, "b"), 6).await;
    desk.then(one, image(file(1, 0), "a.png"), 7).await;
    desk.then(one, file_renamed(file(1, 0), "b.png"), 8).await;
    desk.then(one, reordered(vec![file(1, 0)]), 9).await;
    desk.then(one, file_removed(file(1, 0)), 10).await;
    desk.append(file(1, 0).uuid(), &[text_read(one, 1, "a secret")], at(11)).await;
    desk.project().await;
    let history = desk.queries.history(one, CommentAccess::PublicOnly, None, 50).await.unwrap();
    let told: Vec<&str> = history.page.items.iter().map(|row| row.summary.as_str()).collect();
    let expected = [
        "Opened as TKT-2026-000001 with priority medium",
        "Changed the form data of the type Site fault: level, note, site_id",
        "Changed the form data of the type Site fault: level, note",
        "Attached the file “a.png”",
        "Renamed the file “a.png” to “b.png”",
        "Put the images in another order",
        "Removed the file “b.png”",
    ];
    assert_eq!(told, expected);
    assert_eq!(history.page.items[2].changed_fields, ["level", "note"]);
    assert_eq!(history.page.items[3].changed_fields, [""; 0]);

    let filter = AuditFilter { resource_type: vec!["file".to_owned()], ..Default::default() };
    let page = desk.queries.audit(&filter, None, 9).await.unwrap();
    assert_eq!(page.items[0].action, "file.text_read");
    assert_eq!(page.items[0].details["engine"], "paddle");
    assert_eq!(
        (page.items[0].details.get("text"), page.items[0].details.get("layout")),
        (None, None)
    );
}
