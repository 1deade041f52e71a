//! Workers are killed amid their work: no ticket is left without its task, and none has two.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::future::join_all;
use serde_json::json;

use super::*;
use crate::support::{Desk, Setup};

const PEOPLE: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn every_ticket_has_one_task_and_every_task_goes_its_way() {
    let roles = |roles: &str| {
        let setup = Setup::default().argument(&format!("--roles={roles}"));
        setup.variable("DOCKET_JOB_LEASE", "2s")
    };
    let desk = Desk::start(roles("api,projector")).await;
    let workers = [desk.beside(roles("worker")).await, desk.beside(roles("worker")).await];
    let admin = desk.as_admin().await;
    let level_2 = work_role(&admin, "Level 2").await;
    let approver = work_role(&admin, "Approver").await;
    for name in ["ann", "bob", "cat"] {
        colleague(&desk, name, &[&level_2, &approver]).await;
    }
    define(&admin, approval()).await;
    let calendar = json!({
        "name": "Always", "time_zone": "UTC",
        "weekly_hours": { "monday": [{ "from": "00:00", "to": "24:00" }] },
    });
    let calendar = admin.post("/api/v1/calendars", calendar).await.expect(201);
    let policy = json!({
        "name": "Standard", "calendar": calendar["id"], "rules": [{ "response": 60, "resolution": 600 }],
    });
    admin.post("/api/v1/sla-policies", policy).await.expect(201);

    let (done, opened) = (AtomicBool::new(false), AtomicUsize::new(0));
    let people = join_all((0..PEOPLE).map(|person| work(&admin, person, &done, &opened)));
    let killing = async {
        for round in 0..6 {
            let before = opened.load(Ordering::Relaxed);
            while opened.load(Ordering::Relaxed) < before + 2 * PEOPLE {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let victim = &workers[round % workers.len()];
            victim.kill();
            if round == 3 {
                // Both at once: nothing is done meanwhile, and nothing is lost.
                workers[(round + 1) % workers.len()].kill();
                tokio::time::sleep(Duration::from_millis(300)).await;
                workers[(round + 1) % workers.len()].start_again().await;
            }
            victim.start_again().await;
        }
        done.store(true, Ordering::Relaxed);
    };
    let (tickets, ()) = tokio::join!(people, killing);
    let tickets: Vec<(String, usize)> = tickets.into_iter().flatten().collect();
    assert!(tickets.len() >= 12 * PEOPLE);

    for (ticket, kind) in &tickets {
        let status = ["resolved", "in_progress", "cancelled"][kind % 3];
        let status = if status == "resolved" { "completed" } else { status };
        let task = until_task(&admin, ticket, |task| task["status"] == status).await;
        assert_eq!(tasks_of(&admin, ticket).await.len(), 1, "{task}");
        if status == "in_progress" {
            assert!(task["assigned_to"].is_string(), "{task}");
            let path = format!("/api/v1/tickets/{ticket}");
            let begun = Instant::now();
            loop {
                let ticket = admin.get(&path).await.expect(200);
                if ticket["sla"]["resolution"]["due_at"].is_string() {
                    break;
                }
                assert!(begun.elapsed() < Duration::from_secs(60), "no clock: {ticket}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    let dead = admin.get("/api/v1/jobs?status=dead&status=failed").await.expect(200);
    assert_eq!(dead["items"], json!([]));
}

/// Opens tickets: takes the first through its workflow, leaves the second, deletes the third …
async fn work(
    admin: &Client<'_>,
    person: usize,
    done: &AtomicBool,
    opened: &AtomicUsize,
) -> Vec<(String, usize)> {
    let mut tickets = Vec::new();
    while !done.load(Ordering::Relaxed) {
        let kind = tickets.len() % 3;
        let ticket = open(admin, &format!("Person {person}")).await;
        match kind {
            0 => {
                let task = until_at(admin, &ticket, "check").await;
                act(admin, &task, "submit").await.expect(200);
                act(admin, &task, "approve").await.expect(200);
            }
            1 => {}
            _ => {
                until_at(admin, &ticket, "check").await;
                admin.delete(&format!("/api/v1/tickets/{ticket}")).await.expect(204);
            }
        }
        tickets.push((ticket, kind));
        opened.fetch_add(1, Ordering::Relaxed);
    }
    tickets
}
