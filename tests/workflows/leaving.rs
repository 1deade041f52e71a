//! People come, are away, and leave.

use chrono::TimeDelta;
use serde_json::json;

use super::*;
use crate::sla::now;
use crate::support::{Desk, Setup};

#[tokio::test(flavor = "multi_thread")]
async fn a_task_waits_until_somebody_appears_and_goes_on_when_they_leave() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    let level_2 = work_role(&admin, "Level 2").await;
    work_role(&admin, "Approver").await;
    define(&admin, approval()).await;
    let ticket = open(&admin, "Access").await;

    let waiting = until_at(&admin, &ticket, "check").await;
    assert_eq!((&waiting["status"], &waiting["assigned_to"]), (&json!("pending"), &json!(null)));
    let list = admin.get("/api/v1/tasks?all=true&waiting=true").await.expect(200);
    assert_eq!(list["items"][0]["id"], waiting["id"], "{list}");
    assert!(list["items"][0].to_string().contains("no_holder"), "{list}");

    let ann = colleague(&desk, "ann", &[&level_2]).await;
    let is_given = |to: &str| {
        let to = to.to_owned();
        move |task: &Value| task["assigned_to"] == to.as_str()
    };
    until_task(&admin, &ticket, is_given(&ann.email)).await;

    // Away from now on, she keeps what she has, and gets nothing new.
    let bob = colleague(&desk, "bob", &[&level_2]).await;
    let user = |colleague: &Colleague<'_>| format!("/api/v1/users/{}", colleague.id);
    let until = (now() + TimeDelta::days(3)).to_rfc3339();
    let away = json!({ "away": { "until": until } });
    ann.client.patch("/api/v1/users/profile", away).await.expect(200);
    for subject in ["One", "Two", "Three"] {
        let other = open(&admin, subject).await;
        until_task(&admin, &other, is_given(&bob.email)).await;
    }
    assert_eq!(until_at(&admin, &ticket, "check").await["assigned_to"], ann.email.as_str());

    // He leaves: with her away nobody is left, and when she is back all of it is hers.
    admin.patch(&user(&bob), json!({ "status": "deactivated" })).await.expect(200);
    let all_wait = "/api/v1/tasks?all=true&waiting=true&count=true";
    until_total(&admin, all_wait, 3).await;
    admin.patch(&user(&ann), json!({ "away": null })).await.expect(200);
    until_total(&admin, all_wait, 0).await;
    let hers = ann.client.get("/api/v1/tasks?count=true").await.expect(200);
    assert_eq!(hers["total"], 4);

    // Without the role they are taken from her.
    admin.patch(&user(&ann), json!({ "work_roles": [] })).await.expect(200);
    until_total(&admin, all_wait, 4).await;
}

async fn until_total(admin: &Client<'_>, list: &str, total: u64) {
    let begun = Instant::now();
    loop {
        let page = admin.get(list).await.expect(200);
        if page["total"] == total {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{total} are expected: {page}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
