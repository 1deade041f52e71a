//! The ways through a workflow.

use serde_json::json;

use super::*;
use crate::support::{Desk, Setup};

/// A desk with two who check and one who approves.
async fn staffed(desk: &Desk) -> (Colleague<'_>, Colleague<'_>, Colleague<'_>) {
    let admin = desk.as_admin().await;
    let level_2 = work_role(&admin, "Level 2").await;
    let approver = work_role(&admin, "Approver").await;
    let ann = colleague(desk, "ann", &[&level_2]).await;
    let bob = colleague(desk, "bob", &[&level_2]).await;
    let eve = with_role(desk, "eve", "viewer", &[&approver]).await;
    define(&admin, approval()).await;
    (ann, bob, eve)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_approved() {
    let desk = Desk::start(Setup::default()).await;
    let (ann, bob, eve) = staffed(&desk).await;
    let admin = desk.as_admin().await;
    let ticket = open(&admin, "Access to the wiki").await;

    let task = until_at(&admin, &ticket, "check").await;
    let mine = if task["assigned_to"] == ann.email.as_str() { &ann } else { &bob };
    assert_eq!(task["assigned_to"], mine.email.as_str());
    assert_eq!(task["status"], "in_progress");
    let list = mine.client.get("/api/v1/tasks").await.expect(200);
    assert_eq!(list["items"][0]["id"], task["id"]);
    assert_eq!(available(&mine.client, &task).await, ["submit", "withdraw"]);

    let answer = act(&mine.client, &task, "submit").await;
    assert!(answer.header("etag").is_some() && answer.position().is_some());
    let answer = answer.expect(200);
    assert_eq!(answer["status"], "transitioned");
    assert_eq!(answer["next_step"]["step_id"], "approval");
    assert_eq!(answer["next_step"]["assigned_to"], eve.email.as_str());
    // A viewer who holds the work role of the step acts on its tasks, and sees no others.
    let hers = eve.client.get("/api/v1/tasks").await.expect(200);
    assert_eq!(hers["items"][0]["step"]["step_id"], "approval");
    assert!(hers["items"][0]["due_at"].is_string(), "{hers}");
    let done = act(&eve.client, &task, "approve").await.expect(200);
    assert_eq!(done, json!({ "status": "completed", "next_step": null }));

    let ticket = admin.get(&format!("/api/v1/tickets/{ticket}")).await.expect(200);
    assert_eq!(ticket["status"], "resolved");
    // The ticket's history tells all of it to those who work on tickets.
    let told = summaries(&admin, &ticket).await;
    let expected = [
        "Opened as ",
        "Task: Began at “",
        "Task: Assigned to ",
        "Task: To submit, on to “Approval”: I submit.",
        "Task: Assigned to eve, whose turn it was",
        "Task: To approve",
    ];
    assert!(starts_in_order(&told, &expected), "{told:#?}");
    assert!(told.contains(&"Changed the status from open to resolved".to_owned()), "{told:#?}");
    let seen = summaries(&eve.client, &ticket).await;
    assert!(!seen.iter().any(|summary| summary.starts_with("Task")), "{seen:#?}");
    let history = admin.get(&path(&task, "/history")).await.expect(200);
    let text = history.to_string();
    assert!(text.contains("I submit.") && text.contains("I approve."), "{text}");
}

/// What the history of a ticket says, and that it comes page by page as it comes at once.
async fn summaries(client: &Client<'_>, ticket: &Value) -> Vec<String> {
    let path = format!("/api/v1/tickets/{}/history", ticket["id"].as_str().unwrap());
    let whole = client.get(&format!("{path}?count=true")).await.expect(200);
    let of = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|entry| entry["summary"].as_str().unwrap().to_owned()).collect()
    };
    let (all, mut paged, mut cursor) = (of(&whole), Vec::new(), String::new());
    assert_eq!(whole["total"], all.len());
    loop {
        let page = client.get(&format!("{path}?limit=2&cursor={cursor}")).await.expect(200);
        paged.extend(of(&page));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert_eq!(paged, all);
    all
}

/// Whether there are sentences that begin so, in this order.
fn starts_in_order(sentences: &[String], beginnings: &[&str]) -> bool {
    let mut rest = sentences.iter();
    beginnings.iter().all(|beginning| rest.any(|sentence| sentence.starts_with(beginning)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_returned_and_rejected() {
    let desk = Desk::start(Setup::default()).await;
    let (ann, bob, eve) = staffed(&desk).await;
    let admin = desk.as_admin().await;
    let ticket = open(&admin, "Access to the vault").await;
    let task = until_at(&admin, &ticket, "check").await;

    act(&ann.client, &task, "submit").await.expect(200);
    let returned = act(&eve.client, &task, "return").await.expect(200);
    assert_eq!(returned["next_step"]["step_id"], "check");
    // It was at this step before: it is another visit, and the next one's turn.
    let again = until_at(&admin, &ticket, "check").await;
    assert_ne!(again["assigned_to"], task["assigned_to"]);
    let late = eve.client.post(&path(&task, "/action"), json!({ "action_id": "reject" })).await;
    assert_eq!(late.problem(404)["status"], 404, "it is not hers any more");
    act(&bob.client, &task, "submit").await.expect(200);
    act(&eve.client, &task, "reject").await.expect(200);
    let ticket = admin.get(&format!("/api/v1/tickets/{ticket}")).await.expect(200);
    assert_eq!(ticket["status"], "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_available_is_refused_with_what_is() {
    let desk = Desk::start(Setup::default()).await;
    let (ann, bob, _) = staffed(&desk).await;
    let admin = desk.as_admin().await;
    let ticket = open(&admin, "Access").await;
    let task = until_at(&admin, &ticket, "check").await;

    let refused = act(&ann.client, &task, "approve").await.problem(409);
    assert_eq!(refused["code"], "action_not_available");
    let available: Vec<_> = refused["available"].as_array().unwrap().iter().collect();
    assert_eq!(available.len(), 2, "{refused}");
    assert_eq!(refused["available"][0]["action_id"], "submit");
    // Both act at once: one wins, the other is told where the task is now.
    let (first, second) =
        tokio::join!(act(&ann.client, &task, "submit"), act(&bob.client, &task, "submit"));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let lost = if first.status == 409 { first } else { second }.problem(409);
    assert!(lost.to_string().contains("approval"), "{lost}");
    // With the version that was seen it is 412, and names the step as well.
    let body = json!({ "action_id": "submit" });
    let call = ann.client.call(Method::POST, &path(&task, "/action")).json(&body);
    let stale = call.header("if-match", &format!("\"{}\"", task["version"])).send().await;
    assert_eq!(stale.problem(412)["step"]["step_id"], "approval");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_rests_is_escalated_reassigned_and_called_off() {
    let desk = Desk::start(Setup::default()).await;
    let (ann, bob, _) = staffed(&desk).await;
    let admin = desk.as_admin().await;
    let ticket = open(&admin, "Access").await;
    let task = until_at(&admin, &ticket, "check").await;

    ann.client.post(&path(&task, "/hold"), json!({ "reason": "Waits for HR." })).await.expect(200);
    let refused = act(&ann.client, &task, "submit").await.problem(409);
    assert_eq!(refused["code"], "task_on_hold");
    ann.client.post(&path(&task, "/resume"), json!({})).await.expect(200);
    let escalated = ann.client.post(&path(&task, "/escalate"), json!({ "comment": "Help." })).await;
    assert_eq!(escalated.expect(200)["status"], "escalated");
    let body = json!({ "assigned_to": bob.email });
    let given = admin.post(&path(&task, "/assign"), body).await.expect(200);
    assert_eq!(
        (&given["assigned_to"], &given["status"]),
        (&json!(bob.email), &json!("in_progress"))
    );
    let explained = admin.get(&path(&task, "/explanation")).await.expect(200);
    assert!(explained.to_string().contains("by_person"), "{explained}");
    // With its ticket the task ends.
    admin.delete(&format!("/api/v1/tickets/{ticket}")).await.expect(204);
    let ended = until_task(&admin, &ticket, |task| task["status"] == "cancelled").await;
    assert_eq!(ended["id"], task["id"]);
    // And with a ticket that comes back, another begins.
    admin.post(&format!("/api/v1/tickets/{ticket}/restore"), json!({})).await.expect(200);
    let next = until_task(&admin, &ticket, |task| task["status"] == "in_progress").await;
    assert_ne!(next["id"], task["id"]);
    admin.post(&path(&next, "/cancel"), json!({ "comment": "No." })).await.expect(200);
    let pushed = admin.post(&format!("/api/v1/tickets/{ticket}/push_to_workflow"), json!({})).await;
    assert!(pushed.status < 300, "{}", pushed.text());
    let third = until_task(&admin, &ticket, |task| task["status"] == "in_progress").await;
    assert_ne!(third["id"], next["id"]);
}
