//! Nothing personal can be read in the log as stored, nor in what the program writes about its work;
//! no secret anywhere.

use std::fmt::Write;

use reqwest::Method;
use serde_json::{Value, json};

use super::{database, dump};
use crate::imports::import;
use crate::support::{ADMIN_PASSWORD, Client, Desk, Setup};

const PERSONAL: [&str; 25] = [
    "quetzal@customer.example",
    "Quetzal Quagmire",
    "CUST-QQ-77",
    "Subject-of-quicksilver",
    "Description-of-quicksand",
    "Public-comment-quiver",
    "Internal-comment-quartz",
    "Reason-quibble",
    "Formdata-quinoa",
    "Browser-quokka",
    "Device-quill",
    "User Quentin",
    "quentin@staff.example",
    "Tokenname-quasar",
    "Agent-quorum",
    "Quetzalimport",
    "Help-quark",
    "Typed-quagga",
    "quince@field.example",
    "Changed-quoll",
    "Refused-quinsy",
    "quackgrass",
    "Imported-quern",
    "Misimported-quoin",
    "Filtered-quail",
];

/// Works with personal values of every kind; answers the secrets that were used.
async fn work(desk: &Desk) -> Vec<String> {
    let admin = desk.as_admin().await;
    let body = json!({
        "subject": "Subject-of-quicksilver", "description": "Description-of-quicksand",
        "customer": { "id": "CUST-QQ-77", "email": "quetzal@customer.example", "name": "Quetzal Quagmire" },
        "data": { "k": "Formdata-quinoa" }, "browser": "Browser-quokka", "device_type": "Device-quill",
    });
    let call = admin.call(Method::POST, "/api/v1/tickets").header("user-agent", "Agent-quorum");
    let ticket = call.json(&body).send().await.expect(201);
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    for (text, visibility) in
        [("Public-comment-quiver", "public"), ("Internal-comment-quartz", "internal")]
    {
        let comment = json!({ "text": text, "visibility": visibility });
        admin.post(&format!("{path}/comments"), comment).await.expect(201);
    }
    let status = json!({ "status": "closed", "reason": "Reason-quibble" });
    admin.post(&format!("{path}/status"), status).await.expect(200);
    let password = "quintessence-of-a-password";
    let user = json!({
        "email": "quentin@staff.example", "full_name": "User Quentin", "role": "handler", "password": password,
    });
    admin.post("/api/v1/users", user).await.expect(201);
    let sign_in = json!({ "username": "quentin@staff.example", "password": password });
    let pair = desk.anonymous().post("/api/v1/users/token", sign_in).await.expect(200);
    let wrong = json!({ "username": "quentin@staff.example", "password": "wrong-quintessence" });
    desk.anonymous().post("/api/v1/users/token", wrong).await.problem(401);
    let client = desk.anonymous().bearer(pair["access"].as_str().unwrap());
    let token = json!({ "name": "Tokenname-quasar", "scopes": ["read"] });
    let token = client.post("/api/v1/users/api-tokens", token).await.expect(201);
    client
        .get("/api/v1/tickets?search=quicksilver&customer=quetzal@customer.example")
        .await
        .expect(200);
    client.get("/api/v1/tickets?status=Quetzal&colour=quetzal@customer.example").await.bad_fields();
    client.post("/api/v1/tickets", json!({ "subject": "", "description": 1 })).await.bad_fields();
    let file = "subject,customer_email\nQuetzalimport,quetzal@customer.example\n,Quetzalimport\n";
    import(&client, "csv", file).await.expect(200);
    fill_in_forms(&admin).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    vec![
        text(&pair["access"]),
        text(&pair["refresh"]),
        text(&token["token"]),
        password.to_owned(),
        "wrong-quintessence".to_owned(),
        ADMIN_PASSWORD.to_owned(),
        "5a".repeat(32),
    ]
}

/// Fills in a form, well and badly.
async fn fill_in_forms(admin: &Client<'_>) {
    let label = json!({ "en": "X" });
    let form = json!({ "name": "fault", "fields": [
        { "id": "site", "kind": "text", "label": label, "filterable": true },
        { "id": "note", "kind": "text", "label": label, "help": { "en": "Help-quark" } },
        { "id": "mail", "kind": "email", "label": label },
        { "id": "level", "kind": "integer", "label": label },
    ] });
    admin.post("/api/v1/ticket-types", form).await.expect(201);
    let of = |data: Value| json!({ "subject": "Fault", "ticket_type": "fault", "data": data });
    let data = json!({ "site": "BJ", "note": "Typed-quagga", "mail": "quince@field.example" });
    let ticket = admin.post("/api/v1/tickets", of(data)).await.expect(201);
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let change = json!({ "data": { "note": "Changed-quoll" } });
    admin.patch(&path, change).await.expect(200);
    let bad = json!({ "level": "Refused-quinsy", "quackgrass": "Refused-quinsy" });
    assert_eq!(admin.post("/api/v1/tickets", of(bad.clone())).await.bad_fields().len(), 2);
    assert_eq!(admin.patch(&path, json!({ "data": bad })).await.bad_fields().len(), 2);
    admin.get("/api/v1/tickets?data.note=Filtered-quail").await.bad_fields();
    let file = "subject,ticket_type,data.note,data.level\n\
                a,fault,Imported-quern,1\nb,fault,,Misimported-quoin\n";
    let imported = import(admin, "csv", file).await.expect(200);
    assert_eq!((&imported["imported"], &imported["failed"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn the_log_as_stored_and_the_programs_own_log_tell_nothing() {
    // As talkative as anybody may make it in earnest.
    let setup = Setup::default().variable("DOCKET_LOG_LEVEL", "debug");
    let desk = Desk::start(setup).await;
    let secrets = work(&desk).await;
    let pool = database(&desk).await;
    let mut stored = String::new();
    for (table, rows) in dump(&pool, "log").await {
        for row in rows {
            writeln!(stored, "{table}: {row}").unwrap();
        }
    }
    let sql = "select string_agg(convert_from(data, 'UTF8') || convert_from(metadata, 'UTF8'), chr(10)) from log.events";
    let bytes: String = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
    stored.push_str(&bytes);
    assert!(stored.contains("ticket.opened") && stored.contains("$sealed"), "this is the log");
    let written = desk.log();
    assert!(!written.is_empty());
    for value in PERSONAL.iter().map(|value| (*value).to_owned()).chain(secrets.clone()) {
        let lower = value.to_lowercase();
        assert!(!stored.to_lowercase().contains(&lower), "{value} can be read in the schema log");
        assert!(
            !written.to_lowercase().contains(&lower),
            "{value} can be read in the program's log"
        );
    }
    let mut views = String::new();
    for rows in dump(&pool, "views").await.values() {
        views.push_str(&rows.join("\n"));
    }
    for secret in &secrets {
        assert!(!views.contains(secret.as_str()), "a secret is in a view");
    }
    let sql = "select count(*) from vault.credentials where encode(secret, 'escape') like '%quintessence%'";
    let plain: i64 = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
    assert_eq!(plain, 0, "passwords are hashed");
}

#[tokio::test]
async fn the_effective_configuration_shows_no_secret() {
    let desk = crate::support::shared_desk().await;
    let mut command = desk.command();
    command.arg("config");
    let shown = crate::support::finish(command).await;
    assert!(shown.contains("listen"), "{shown}");
    for secret in ["5a".repeat(32), "test@".to_owned(), ADMIN_PASSWORD.to_owned()] {
        assert!(!shown.contains(&secret), "{shown}");
    }
}
