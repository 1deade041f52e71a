//! Real customer messages, imported whole.

use serde_json::json;

use super::{counts, import};
use crate::support::{Desk, Setup, repo};

#[tokio::test]
async fn five_thousand_customer_messages_are_imported_whole() {
    let path = repo().join("../shared/data/banking77_tickets.csv");
    let Ok(file) = std::fs::read(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return;
    };
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_handler().await;
    let imported = import(&client, "csv", file.clone()).await;
    let rows = csv_rows(&file);
    assert_eq!(rows, 5000);
    assert_eq!(counts(&imported), (rows, rows, 0), "{}", imported.text());
    let stats = client.get("/api/v1/tickets/stats").await.expect(200);
    assert_eq!(stats["total_tickets"], rows);
    let found =
        client.get("/api/v1/tickets?search=topping%20automatic&limit=200").await.expect(200);
    let subject = "Can topping up be automatic?";
    assert!(found["items"].as_array().unwrap().iter().any(|t| t["subject"] == subject), "{found}");
    let customer = client.get("/api/v1/tickets?customer=C-0122&count=true").await.expect(200);
    let ticket = &customer["items"][0];
    assert_eq!(ticket["customer"]["email"], "customer0122@example.com");
    let head = desk.as_admin().await.get("/api/v1/events/head").await.expect(200);
    assert!(head["position"].as_i64().unwrap() >= rows);
    let tags = client.get("/api/v1/tickets?tag=automatic_top_up&count=true").await.expect(200);
    assert_ne!(tags["total"], json!(0));
}

/// Records of a CSV file but for its header; a quoted field may hold line breaks.
fn csv_rows(file: &[u8]) -> i64 {
    let (mut quoted, mut lines) = (false, 0);
    for byte in file {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => lines += 1,
            _ => {}
        }
    }
    lines + i64::from(!file.ends_with(b"\n")) - 1
}
