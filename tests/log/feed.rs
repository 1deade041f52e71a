//! The log of a desk, read from another machine.

use serde_json::{Value, json};
use sqlx::Row;

use super::database;
use crate::support::{Desk, Setup, docket, finish, open_ticket, run_to_end};

#[tokio::test]
async fn an_auditor_exports_the_log_of_another_machine_byte_for_byte() {
    let desk = Desk::start(Setup::default()).await;
    let handler = desk.as_handler().await;
    for number in 0..3 {
        open_ticket(&handler, &format!("Read from afar {number}")).await;
    }
    let admin = desk.as_admin().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let token = async |name: &str, scope: &str| {
        let body = json!({ "name": name, "scopes": [scope] });
        let made = admin.post("/api/v1/users/api-tokens", body).await.expect(201);
        let file = elsewhere.path().join(name);
        std::fs::write(&file, format!("{}\n", made["token"].as_str().unwrap())).unwrap();
        file
    };
    let auditor = token("auditor", "auditor").await;
    let export = |file: &std::path::Path| {
        let mut command = docket();
        command.current_dir(elsewhere.path()).args(["events", "export", "--from", &desk.base]);
        command.arg("--token-file").arg(file);
        command
    };
    let printed = finish(export(&auditor)).await;

    let stored = sqlx::query(
        "select position, convert_from(data, 'UTF8'), convert_from(metadata, 'UTF8'), \
         encode(leaf, 'hex') from log.events order by position",
    );
    let stored = stored.fetch_all(&database(&desk).await).await.unwrap();
    // A line is built of the stored bytes, so they are looked for as text.
    assert!(!stored.is_empty());
    assert!(printed.lines().count() <= stored.len(), "events were made up");
    for (line, row) in printed.lines().zip(&stored) {
        let (position, data): (i64, &str) = (row.get(0), row.get(1));
        let (metadata, leaf): (&str, &str) = (row.get(2), row.get(3));
        assert!(line.starts_with(&format!(r#"{{"position":{position},"#)), "{line}");
        let bytes = format!(r#""data":{data},"metadata":{metadata},"leaf":"{leaf}","#);
        assert!(line.contains(&bytes), "{line}\nis stored as\n{bytes}");
        let _: Value = serde_json::from_str(line).expect("a line of JSON");
    }
    let opened = printed.matches(r#""type":"ticket.opened""#).count();
    assert_eq!(opened, 3, "all that happened before is printed");
    assert!(!printed.contains("Read from afar"), "personal values stay sealed");

    let reader = token("reader", "read").await;
    let refused = run_to_end(export(&reader)).await;
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("403") && said.contains("may read the log"), "{said}");
}
