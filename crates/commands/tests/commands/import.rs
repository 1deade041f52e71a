use commands::import::{
    Format, Handling, ImportError, ImportOptions, ImportReport, UnknownColumns,
};
use commands::{Commands, Context, TicketRef};
use domain::ticket::{Status, Ticket};
use domain::user::Role;

use crate::support::*;

fn options(format: Format) -> ImportOptions {
    let (unknown, handling) = (UnknownColumns::Refused, Handling::Allowed);
    ImportOptions { format, charset: None, unknown, handling }
}

async fn import(
    commands: &Commands,
    ctx: &Context,
    format: Format,
    text: &str,
) -> Result<ImportReport, ImportError> {
    let options = options(format);
    let input = std::io::Cursor::new(text.to_owned().into_bytes());
    commands.import_tickets(ctx, options, input, |_| {}).await
}

async fn csv(commands: &Commands, text: &str) -> ImportReport {
    import(commands, &ctx(commands), Format::Csv, text).await.unwrap()
}

async fn numbered(commands: &Commands, number: &str) -> Ticket {
    let id = commands.resolve_ticket(number.parse::<TicketRef>().unwrap()).await.unwrap();
    commands.ticket_state(id).await.unwrap().unwrap().state.ticket().unwrap().clone()
}

fn named(report: &ImportReport) -> Vec<(u64, &str)> {
    report.errors.iter().map(|e| (e.row, e.field.as_deref().unwrap_or_default())).collect()
}

#[tokio::test]
async fn good_rows_become_tickets_and_every_bad_field_is_named() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let report = csv(
        &one,
        "subject,description,priority,customer_email,tags,source\n\
         No dial tone,,high,ada@example.com,\"voice, landline;old|x\",phone\n\
         ,text,asap,not an address,,pigeon\n\
         Slow line,a longer text,,,,\n",
    )
    .await;
    assert_eq!((report.total, report.imported, report.failed), (3, 2, 1));
    assert_eq!(
        named(&report),
        [(2, "customer_email"), (2, "priority"), (2, "source"), (2, "subject")]
    );
    assert_eq!(report.error_count, 4);
    let ticket = numbered(&one, "TKT-2026-000001").await;
    assert_eq!(ticket.tags.len(), 4);
    assert!(ticket.subject.is("No dial tone"));
    assert!(numbered(&one, "TKT-2026-000002").await.subject.is("Slow line"));
    assert_eq!(count(&one, "audit.import_completed").await, 1);
}

#[tokio::test]
async fn a_history_moves_in_with_its_times() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let hanna = register(&one, "hanna@example.com", Role::Handler).await;
    let report = csv(
        &one,
        "title,status,created_at,updated_at,resolved_at,assigned_to\n\
         a,closed,2024-12-31 23:00:00,2025-01-03T00:00:00Z,2025-01-02 08:00:00,hanna@example.com\n\
         b,new,2025-02-01,,,\n\
         c,open,2025-02-02,,2025-02-01,\n\
         d,open,2099-01-01,,,\n\
         e,open,2025-02-02,,2025-02-03,\n\
         f,,,,2025-02-03,\n\
         g,,,,,nobody@example.com\n",
    )
    .await;
    assert_eq!((report.imported, report.failed), (2, 5), "{:?}", report.errors);
    let fields = named(&report);
    for expected in [
        (3, "resolved_at"),
        (4, "created_at"),
        (5, "resolved_at"),
        (6, "created_at"),
        (7, "assigned_to"),
    ] {
        assert!(fields.contains(&expected), "{expected:?} {fields:?}");
    }
    let a = numbered(&one, "TKT-2024-000001").await;
    assert_eq!((a.status, a.assignee), (Status::Closed, Some(hanna)));
    assert_eq!(a.created_at.to_rfc3339(), "2024-12-31T23:00:00+00:00");
    assert_eq!(a.resolved_at.unwrap().to_rfc3339(), "2025-01-02T08:00:00+00:00");
    assert_eq!(a.closed_at.unwrap().to_rfc3339(), "2025-01-03T00:00:00+00:00");
    assert_eq!(a.updated_at, a.closed_at.unwrap());
    assert_eq!(numbered(&one, "TKT-2025-000001").await.status, Status::Open);
}

#[tokio::test]
async fn an_external_id_comes_in_once() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let text = "external_id,subject\nHD-1,a\nHD-2,b\nHD-1,c\n";
    let report = csv(&one, text).await;
    assert_eq!((report.imported, report.failed), (2, 1));
    assert_eq!(named(&report), [(3, "external_id")]);
    assert!(report.errors[0].msg.contains("TKT-2026-00000"), "{}", report.errors[0].msg);
    let report = csv(&one, text).await;
    assert_eq!((report.imported, report.failed), (0, 3));
}

#[tokio::test]
async fn a_repeat_imports_nothing_twice_and_another_file_under_its_key_is_refused() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let text = "external_id,subject\nHD-1,a\nHD-2,b\n,\n";
    let ctx = repeatable(&one, 1);
    let first = import(&one, &ctx, Format::Csv, text).await.unwrap();
    assert_eq!((first.imported, first.replayed, first.failed), (2, 0, 0));
    let again = import(&two, &ctx, Format::Csv, text).await.unwrap();
    assert_eq!((again.imported, again.replayed, again.failed), (2, 2, 0));
    assert_eq!(count(&one, "ticket.opened").await, 2);
    let other = import(&one, &ctx, Format::Csv, "external_id,subject\nHD-9,z\n").await;
    let refused = matches!(other, Err(ImportError::Command(commands::CommandError::KeyReused)));
    assert!(refused);
}

#[tokio::test]
async fn json_and_xml_may_nest() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let json = r#"[
        {"subject": "a", "customer": {"id": "C-1", "email": "ada@example.com", "name": "Ada"},
         "metadata": {"source": "chat", "browser": "Firefox"}, "tags": ["x", "y;z"],
         "data": {"line": 7}},
        {"subject": 7, "priority": ["high"]},
        {"subject": "c", "colour": "red"},
        {"subject": "d", "customer": {"shoe": 43}}
    ]"#;
    let report = import(&one, &ctx(&one), Format::Json, json).await.unwrap();
    assert_eq!((report.total, report.imported), (4, 1), "{:?}", report.errors);
    assert_eq!(named(&report), [(2, "priority"), (3, "colour"), (4, "customer.shoe")]);
    let a = numbered(&one, "TKT-2026-000001").await;
    assert!(a.customer.name.unwrap().is("Ada"));
    assert_eq!(a.tags.len(), 3);
    assert!(a.browser.unwrap().is("Firefox"));
    assert!(a.data.is_some());

    let xml = "<tickets><ticket><subject>b</subject><tags><tag>x</tag><tag>y</tag></tags>\
               <customer><name>Bob</name></customer></ticket><ticket><subject/></ticket></tickets>";
    let report = import(&one, &ctx(&one), Format::Xml, xml).await.unwrap();
    assert_eq!((report.imported, report.failed), (1, 1), "{:?}", report.errors);
    let b = numbered(&one, "TKT-2026-000002").await;
    assert_eq!(b.tags.len(), 2);
    assert!(b.customer.name.unwrap().is("Bob"));
}

#[tokio::test]
async fn unknown_columns_refuse_the_file_or_are_named() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let text = "subject,colour\na,red\n";
    let refused = import(&one, &ctx(&one), Format::Csv, text).await;
    assert!(matches!(refused, Err(ImportError::UnknownColumns { names }) if names == ["colour"]));
    let options = ImportOptions { unknown: UnknownColumns::Ignored, ..options(Format::Csv) };
    let input = std::io::Cursor::new(text.as_bytes());
    let report = one.import_tickets(&ctx(&one), options, input, |_| {}).await.unwrap();
    assert_eq!((report.imported, report.ignored_columns), (1, vec!["colour".to_owned()]));
}

#[tokio::test]
async fn a_file_is_no_way_around_what_one_may_not_do() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let options = ImportOptions { handling: Handling::Refused, ..options(Format::Csv) };
    let text = "subject,status,assigned_to,created_at,resolved_at\n\
                plain,open,,2020-01-01,\n\
                moved,closed,,,\n\
                solved,,,2020-01-01,2020-01-02\n\
                given,,01900000-0000-7000-8000-000000000001,,\n";
    let input = std::io::Cursor::new(text.as_bytes());
    let report = one.import_tickets(&ctx(&one), options, input, |_| {}).await.unwrap();
    assert_eq!((report.imported, report.failed), (1, 3));
    assert_eq!(named(&report), [(2, "status"), (3, "resolved_at"), (4, "assigned_to")]);
}

#[tokio::test]
async fn a_file_that_breaks_off_keeps_what_came_before() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let report = import(&one, &ctx(&one), Format::Json, r#"[{"subject":"a"},{"subject":"#).await;
    let report = report.unwrap();
    assert_eq!((report.imported, report.failed), (1, 1));
    let nothing = import(&one, &ctx(&one), Format::Json, "nonsense").await;
    assert!(matches!(nothing, Err(ImportError::File(_))));
}

#[tokio::test]
async fn numbers_of_an_import_have_no_gaps_and_do_not_collide() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    open(&one, "before").await;
    let rows: String = (0..1200).map(|n| format!("row {n}\n")).collect();
    let mut calls = 0;
    let options = options(Format::Csv);
    let input = std::io::Cursor::new(format!("subject\n{rows}").into_bytes());
    let report = one.import_tickets(&ctx(&one), options, input, |_| calls += 1).await.unwrap();
    assert_eq!(report.imported, 1200);
    assert!(calls >= 3);
    // Four were taken for the ticket before.
    assert!(numbered(&one, "TKT-2026-001204").await.subject.is("row 1199"));
    open(&one, "after").await;
}
