use commands::import::{Format, Handling, ImportOptions, ImportReport, UnknownColumns};
use commands::{Commands, TicketRef};
use domain::settings::SettingsCommand;
use domain::ticket::Ticket;
use domain::user::Role;
use serde_json::json;

use super::office::*;
use crate::support::*;

async fn import(commands: &Commands, format: Format, text: &str) -> ImportReport {
    let (unknown, handling) = (UnknownColumns::Refused, Handling::Allowed);
    let options = ImportOptions { format, charset: None, unknown, handling };
    let input = std::io::Cursor::new(text.to_owned().into_bytes());
    commands.import_tickets(&ctx(commands), options, input, |_| {}).await.unwrap()
}

async fn numbered(commands: &Commands, n: u32) -> Ticket {
    let number = format!("TKT-2026-{n:06}").parse::<TicketRef>().unwrap();
    let id = commands.resolve_ticket(number).await.unwrap();
    current(commands, id).await
}

fn named(report: &ImportReport) -> Vec<(u64, &str)> {
    report.errors.iter().map(|e| (e.row, e.field.as_deref().unwrap_or_default())).collect()
}

#[tokio::test]
async fn columns_become_values_of_their_fields() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    define(&one, &fault("Fault")).await;
    let hanna = register(&one, "hanna@example.com", Role::Handler).await;
    let text = format!(
        "subject,ticket_type,data.site_id,data.level,data.seen_at,data.bands,data.owner,data.colour\n\
         a,fault, B12 ,5,2026-03-01 08:30,\"n1;n78\",{hanna},\n\
         b,Fault,B12,five,,n2,,\n\
         c,Fault,,,,,,\n\
         d,Fault,B12,,,,,red\n\
         e,Fault,B12,,,,01900000-0000-7000-8000-000000000001,\n\
         f,outage,7,,,,,red\n\
         ,Fault,B12,0,,,,\n"
    );
    let report = import(&one, Format::Csv, &text).await;
    assert_eq!((report.imported, report.failed), (2, 5), "{:?}", report.errors);
    let expected = [
        (2, "data.bands.0"),
        (2, "data.level"),
        (3, "data.site_id"),
        (4, "data.colour"),
        (5, "data.owner"),
        (7, "data.level"),
        (7, "subject"),
    ];
    assert_eq!(named(&report), expected);
    let a = numbered(&one, 1).await;
    let whole = json!({
        "site_id": "B12", "severity": "major", "level": 5, "seen_at": "2026-03-01T08:30:00Z",
        "bands": ["n1", "n78"], "owner": hanna,
    });
    assert_eq!((data(&a), a.form.unwrap().version), (whole, 1));
    let free = numbered(&one, 2).await;
    assert_eq!((data(&free), free.form), (json!({ "site_id": "7", "colour": "red" }), None));
}

#[tokio::test]
async fn json_keeps_its_kinds_and_xml_has_none() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    define(&one, &fault("Fault")).await;
    let json = r#"[
        {"subject": "a", "ticket_type": "Fault", "data": {"site_id": "B1", "level": 3}},
        {"subject": "b", "ticket_type": "Fault", "data": {"site_id": "B1", "level": "3"}},
        {"subject": "c", "ticket_type": "Fault", "data": {"site_id": "B1"}, "data.level": 4},
        {"subject": "d", "ticket_type": "Fault", "data": [1]}
    ]"#;
    let report = import(&one, Format::Json, json).await;
    assert_eq!((report.imported, report.failed), (2, 2), "{:?}", report.errors);
    assert_eq!(named(&report), [(2, "data.level"), (4, "data")]);
    assert_eq!(data(&numbered(&one, 1).await)["level"], 3);
    assert_eq!(data(&numbered(&one, 2).await)["level"], 4);

    let xml = "<tickets><ticket><subject>e</subject><ticket_type>Fault</ticket_type><data>\
               <site_id>B12</site_id><level>3</level><bands><band>n1</band></bands>\
               </data></ticket></tickets>";
    let report = import(&one, Format::Xml, xml).await;
    assert_eq!(report.imported, 1, "{:?}", report.errors);
    let e = json!({ "site_id": "B12", "severity": "major", "level": 3, "bands": ["n1"] });
    assert_eq!(data(&numbered(&one, 3).await), e);
}

#[tokio::test]
async fn a_type_that_may_not_be_given_is_named() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let id = define(&one, &fault("Fault")).await;
    one.retire_ticket_type(&ctx(&one), id).await.unwrap();
    let text = "subject,ticket_type\na,Fault\nb,outage\nc,\n";
    let report = import(&one, Format::Csv, text).await;
    assert_eq!((report.imported, named(&report)), (2, vec![(1, "ticket_type")]));
    let strict = SettingsCommand { strict_ticket_types: Some(true), ..SettingsCommand::default() };
    one.change_settings(&ctx(&one), strict).await.unwrap();
    let report = import(&one, Format::Csv, text).await;
    assert_eq!(named(&report), [(1, "ticket_type"), (2, "ticket_type")]);
}
