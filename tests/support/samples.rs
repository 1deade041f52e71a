//! Tickets and other bodies.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::Client;

/// The body of a ticket.
pub fn ticket(subject: &str) -> Value {
    json!({
        "subject": subject,
        "description": "Two bars, then none.",
        "category": "technical_issue",
        "priority": "high",
    })
}

/// Opens a ticket and returns it.
#[track_caller]
pub fn open_ticket<'a>(
    client: &'a Client<'_>,
    subject: &str,
) -> impl Future<Output = Value> + use<'a> {
    let body = ticket(subject);
    async move { client.post("/api/v1/tickets", body).await.expect(201) }
}

/// A word that no other story of this run uses, beginning with `prefix`.
pub fn unique(prefix: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    // In letters, so that it is one word for every search.
    let mut count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut word = prefix.to_owned();
    while count > 0 {
        word.push(char::from(b'a' + (count % 26) as u8));
        count /= 26;
    }
    word
}
