//! Calendars: which time counts.

use reqwest::Method;
use serde_json::json;

use super::{create_calendar, office};
use crate::support::{Desk, Setup, shared_desk};

#[tokio::test]
async fn a_calendar_is_created_changed_and_removed() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    let created = admin.post("/api/v1/calendars", office()).await;
    let calendar = created.expect(201);
    let path = format!("/api/v1/calendars/{}", calendar["id"].as_str().unwrap());
    assert_eq!(created.header("location"), Some(path.as_str()));
    assert_eq!(created.header("etag"), Some("\"1\""));
    let seen = desk.as_viewer().await.get(&path).await;
    assert_eq!((seen.expect(200), seen.header("etag")), (calendar.clone(), Some("\"1\"")));

    let patch = json!({
        "name": "Office and Saturdays",
        "weekly_hours": { "saturday": [{ "from": "09:00", "to": "12:00" }], "friday": null },
    });
    let change = || admin.call(Method::PATCH, &path).json(&patch).header("if-match", "\"1\"");
    let changed = change().header("idempotency-key", "saturdays").send().await;
    let now = changed.expect(200);
    assert_eq!((&now["version"], &now["revision"]), (&json!(2), &json!(2)));
    assert_eq!(now["weekly_hours"]["monday"], calendar["weekly_hours"]["monday"]);
    assert_eq!(now["weekly_hours"]["saturday"], patch["weekly_hours"]["saturday"]);
    assert_eq!(now["weekly_hours"].get("friday"), None);
    assert_eq!(now["holidays"], calendar["holidays"]);
    let again = change().header("idempotency-key", "saturdays").send().await;
    assert_eq!((again.expect(200), again.header("idempotency-replayed")), (now, Some("true")));
    assert_eq!(change().send().await.problem(412)["version"], 2);

    let list = admin.get("/api/v1/calendars?count=true").await.expect(200);
    assert_eq!((&list["total"], &list["items"][0]["version"]), (&json!(1), &json!(2)));
    admin.delete(&path).await.expect(204);
    admin.get(&path).await.problem(404);
    admin.patch(&path, json!({ "name": "Gone" })).await.problem(404);
    let list = admin.get("/api/v1/calendars").await.expect(200);
    assert_eq!(list["items"], json!([]));
    let mut anew = office();
    anew["name"] = json!("OFFICE and Saturdays");
    create_calendar(&admin, anew).await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_calendar_is_told_at_its_place() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let form = json!({
        "time_zone": "Berlin", "colour": "red",
        "weekly_hours": {
            "monday": [{ "from": "08:00", "to": "8" }, "all day", { "from": "12:00", "to": "11:00" }],
            "someday": [],
        },
        "holidays": [{ "date": "12-24", "name": "Eve" }, { "date": "12-24", "name": 24 }],
    });
    let mut bad = admin.post("/api/v1/calendars", form).await.bad_fields();
    bad.sort();
    let all = [
        "body.colour",
        "body.holidays.1.date",
        "body.holidays.1.name",
        "body.name",
        "body.time_zone",
        "body.weekly_hours.monday.0.to",
        "body.weekly_hours.monday.1",
        "body.weekly_hours.monday.2.to",
        "body.weekly_hours.someday",
    ];
    assert_eq!(bad, all);
    let never = json!({ "name": "Never", "time_zone": "UTC", "weekly_hours": {} });
    assert_eq!(admin.post("/api/v1/calendars", never).await.bad_fields(), ["body.weekly_hours"]);
    for unknown in ["/api/v1/calendars/x", "/api/v1/calendars/00000000-0000-7000-8000-000000000000"]
    {
        admin.get(unknown).await.problem(404);
        admin.patch(unknown, json!({})).await.problem(404);
        admin.delete(unknown).await.problem(404);
    }
}

#[tokio::test]
async fn a_calendar_can_be_tried_over_a_weekend_a_holiday_and_a_change_of_the_clocks() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    let calendar = create_calendar(&admin, office()).await;
    let viewer = desk.as_viewer().await;
    let due = async |from: &str, minutes: u32| {
        let path = format!("/api/v1/calendars/{calendar}/due?from={from}&minutes={minutes}");
        viewer.get(&path).await.expect(200)
    };
    // Friday 15:00 in Berlin: one hour more, and seven on Monday, after the clocks went forward.
    let over_spring = due("2026-03-27T14:00:00Z", 480).await;
    assert_eq!(over_spring["due_at"], "2026-03-30T13:00:00Z");
    // The same in autumn.
    assert_eq!(due("2026-10-23T13:00:00Z", 480).await["due_at"], "2026-10-26T14:00:00Z");
    // Thursday before Christmas, which is a Friday.
    let over_christmas = due("2026-12-24T15:00:00Z", 1).await;
    assert_eq!(over_christmas["opens_at"], "2026-12-28T07:00:00Z");
    assert_eq!(over_christmas["due_at"], "2026-12-28T07:01:00Z");
    let path = format!("/api/v1/calendars/{calendar}/due");
    assert_eq!(viewer.get(&path).await.bad_fields(), ["query.minutes"]);
    let path = format!("{path}?minutes=0&from=soon");
    assert_eq!(viewer.get(&path).await.bad_fields(), ["query.minutes", "query.from"]);
}
