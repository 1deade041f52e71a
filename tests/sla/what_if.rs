//! `docket sla what-if`: the past under another policy.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{always, create_policy, minutes, now, opened_ago};
use crate::support::{Desk, Setup, finish, run_to_end};

fn write(desk: &Desk, name: &str, content: &Value) -> PathBuf {
    let path = desk.folder.join(name);
    fs::write(&path, content.to_string()).unwrap();
    path
}

#[tokio::test]
async fn another_policy_is_tried_on_the_past_twice_alike_and_nothing_is_written() {
    let desk = Desk::start(Setup::default()).await;
    let (admin, handler) = (desk.as_admin().await, desk.as_handler().await);
    create_policy(&admin, json!([{ "resolution": 60 }]), json!({})).await;
    opened_ago(&handler, "tried", &[10, 35, 90]).await;
    let policy = json!({ "name": "standard", "rules": [{ "resolution": 30 }] });
    let (policy, calendar) =
        (write(&desk, "policy.json", &policy), write(&desk, "calendar.json", &always()));
    let (from, to) = (now() - minutes(120), now());
    let what_if = async |more: &[&str]| {
        let mut command = desk.command();
        command.args(["sla", "what-if", "--policy"]).arg(&policy).arg("--calendar").arg(&calendar);
        command.args(["--from", &from.to_rfc3339(), "--to", &to.to_rfc3339()]).args(more);
        finish(command).await
    };
    let events = async || admin.get("/api/v1/events/head").await.expect(200)["position"].clone();
    // Whoever tells what is due is done before.
    let before = loop {
        let list = handler.get("/api/v1/tickets?sla=breached&sla=ok&count=true").await.expect(200);
        if list["total"] == 3 {
            break events().await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    };
    let text = what_if(&[]).await;
    assert_eq!(text, what_if(&[]).await);
    assert!(text.contains("3 tickets"), "{text}");
    assert!(text.contains("1 turn out otherwise"), "{text}");
    let line = text.lines().find(|line| line.starts_with("resolution")).unwrap();
    assert!(line.contains("1 -> 2"), "{text}");
    assert!(text.contains("resolution: open (of 1 h 00 min) -> breached (of 30 min)"), "{text}");
    let report: Value = serde_json::from_str(&what_if(&["--json"]).await).unwrap();
    assert_eq!((&report["tickets"], &report["stands_for"]), (&json!(3), &json!("same_name")));
    let all = &report["resolution"]["all"];
    assert_eq!((&all["before"]["breached"], &all["after"]["breached"]), (&json!(1), &json!(2)));
    assert_eq!((&all["worse"], &all["better"]), (&json!(1), &json!(0)));
    assert_eq!(report["changes"].as_array().unwrap().len(), 3);
    assert_eq!(events().await, before);
}

#[tokio::test]
async fn a_policy_that_does_not_hold_together_is_told_at_its_places() {
    let desk = Desk::start(Setup::default()).await;
    let policy = json!({ "name": "x", "calendar": "office", "rules": [{ "response": "soon" }] });
    let policy = write(&desk, "policy.json", &policy);
    let mut command = desk.command();
    command.args(["sla", "what-if", "--from", "2026-01-01", "--to", "2026-02-01", "--policy"]);
    command.arg(&policy);
    let output = run_to_end(command).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    for place in ["calendar: ", "rules.0.response: "] {
        assert!(said.contains(place), "{said}");
    }
}
