//! The permission table, cell by cell.

use api::permissions::{Access, Capability, Row, TokenScope, table};
use reqwest::Method;
use serde_json::{Value, json};
use test_support::pdf;

use crate::files::pictures::png;
use crate::files::{send, until_thumbnail};
use crate::support::{Answer, Client, Desk, Setup, open_ticket};

const ROLES: [&str; 4] = ["admin", "handler", "publisher", "viewer"];
const SCOPES: [&str; 6] = ["read", "write", "import", "auditor", "notify", "inbound"];

/// Routes that anyone may call.
const OPEN: [(&str, &str); 7] = [
    ("post", "/api/v1/external/{task}/{request}/{token}"),
    ("post", "/api/v1/users/token"),
    ("post", "/api/v1/users/token/refresh"),
    ("post", "/api/v1/users/logout"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
];

/// Something to do it to.
struct Scene {
    mine: Value,
    foreign: Value,
}

/// A ticket, job or task of the caller's where it can have one, and one of somebody else's.
async fn scene(desk: &Desk, opener: &Client<'_>, row: &Row) -> Scene {
    let admin = desk.as_admin().await;
    if row.path.starts_with("/api/v1/tasks") {
        define_workflows(desk).await;
        let (mine, foreign) = (begin_task(&admin, MINE).await, begin_task(&admin, THEIRS).await);
        if row.capability == Capability::ResumeTask {
            let path = format!("/api/v1/tasks/{}/hold", mine["id"].as_str().unwrap());
            admin.post(&path, json!({})).await.expect(200);
        }
        return Scene { mine, foreign };
    }
    if row.path.starts_with("/api/v1/jobs") {
        return Scene { mine: ask_for_job(opener).await, foreign: ask_for_job(&admin).await };
    }
    let mut foreign = open_ticket(&admin, "Somebody else's").await;
    let mut mine = open_ticket(opener, "The caller's").await;
    if is_about_files(row) {
        for (client, ticket) in [(opener, &mut mine), (&admin, &mut foreign)] {
            ticket["file"] = attach_file(client, ticket, row).await;
        }
    }
    Scene { mine, foreign }
}

fn is_about_files(row: &Row) -> bool {
    ["/images", "/attachments", "/files/"].iter().any(|part| row.path.contains(part))
}

/// Attaches a file of the kind that a row is about, and returns its id.
async fn attach_file(client: &Client<'_>, ticket: &Value, row: &Row) -> Value {
    let folder = if row.path.contains("/attachments") { "attachments" } else { "images" };
    let (name, content) = match (folder, row.path.contains("/ocr")) {
        ("attachments", true) => ("a.pdf", pdf(&["A"], (99.0, 99.0))),
        _ => ("a.png", png(1)),
    };
    let file = send(client, ticket, folder, name, content).await.expect(201);
    if row.capability == Capability::DownloadThumbnail {
        until_thumbnail(client, &file).await;
    }
    file["id"].clone()
}

/// The work role that everybody has but the administrator, and the one that nobody else has. Their workflows are for
/// the tickets of departments of these names.
const MINE: &str = "Mine";
const THEIRS: &str = "Theirs";

/// Makes a workflow for each of the work roles, where there are none yet.
async fn define_workflows(desk: &Desk) {
    let admin = desk.as_admin().await;
    if admin.get("/api/v1/workflows?count=true").await.expect(200)["total"] != 0 {
        return;
    }
    let people = desk.people().await;
    let holders = [
        (MINE, vec![&people.handler, &people.publisher, &people.viewer]),
        (THEIRS, vec![&people.admin]),
    ];
    for (name, holders) in holders {
        let role = admin.post("/api/v1/roles", json!({ "name": name })).await.expect(201);
        for holder in holders {
            let path = format!("/api/v1/users/{}", holder.id);
            admin.patch(&path, json!({ "work_roles": [role["id"]] })).await.expect(200);
        }
        let workflow = json!({
            "name": name, "matching": { "category": "other", "department": name }, "start": "do",
            "steps": [{ "id": "do", "name": "Do it", "kind": "human", "role": name }],
            "transitions": [{
                "from": "do", "action": { "id": "done", "name": "Done" },
                "to": { "end": { "outcome": "done" } },
            }],
        });
        admin.post("/api/v1/workflows", workflow).await.expect(201);
    }
}

/// A task of a work role.
async fn begin_task(admin: &Client<'_>, role: &str) -> Value {
    let ticket = json!({
        "subject": "To do", "description": "All of it.", "category": "other", "department": role,
    });
    let ticket = admin.post("/api/v1/tickets", ticket).await.expect(201);
    let path = format!("/api/v1/tickets/{}/push_to_workflow", ticket["id"].as_str().unwrap());
    let begun = admin.post(&path, json!({})).await;
    // The worker may have been faster.
    assert!([200, 201].contains(&begun.status), "{}", begun.text());
    begun.json()
}

async fn ask_for_job(client: &Client<'_>) -> Value {
    let call = client.call(Method::POST, "/api/v1/import/csv?async=true");
    call.file("tickets.csv", "subject\nLater\n").send().await.expect(202)
}

fn path(row: &Row, ticket: &Value, other: &Value) -> String {
    let unknown = "00000000-0000-7000-8000-000000000000";
    let have_one = ["/api/v1/tickets/", "/api/v1/jobs/", "/api/v1/tasks/"];
    let has_one = have_one.iter().any(|at| row.path.starts_with(at));
    let file = ticket["file"].as_str().unwrap_or(unknown);
    let id = match row.path.starts_with("/api/v1/files/") {
        true => file,
        false if has_one => ticket["id"].as_str().unwrap(),
        false => unknown,
    };
    let other = other["id"].as_str().unwrap();
    let path = row.path.replace("{id}", id).replace("{other}", other).replace("{file}", file);
    path.replace("{position}", "1").replace("{version}", "1")
}

/// A body that goes through, where going through is asked for.
fn body(capability: Capability) -> Value {
    if matches!(capability, Capability::EditTicket | Capability::PutTicket) {
        return json!({ "description": "Edited" });
    }
    if capability == Capability::CommentOnTicket {
        return json!({ "text": "A word" });
    }
    if capability == Capability::ActOnTask {
        return json!({ "action_id": "done" });
    }
    if capability == Capability::AssignTask {
        return json!({ "assigned_to": null });
    }
    // For all others it is enough that the caller gets as far as being told what is missing.
    json!({})
}

async fn call(client: &Client<'_>, row: &Row, path: &str) -> Answer {
    let method: Method = row.method.as_str().parse().unwrap();
    let call = client.call(method.clone(), path);
    if method == Method::GET {
        call.send().await
    } else if matches!(row.capability, Capability::AttachImages | Capability::AttachFiles) {
        call.file("b.png", png(2)).send().await
    } else {
        call.json(&body(row.capability)).send().await
    }
}

/// Asserts that the caller was let in, whatever came of it then.
fn assert_let_in(answer: &Answer, what: &str) {
    let status = answer.status;
    assert!(status != 401 && status != 403 && status < 500, "{what}: {status} {}", answer.text());
}

#[tokio::test]
async fn every_role_may_do_what_its_cell_says() {
    let desk = Desk::start(Setup::default()).await;
    for (index, role) in ROLES.into_iter().enumerate() {
        let client = desk.as_role(role).await;
        let admin = desk.as_admin().await;
        for row in table() {
            // What one cell does must not matter to the next.
            let scene = scene(&desk, if role == "viewer" { &admin } else { &client }, &row).await;
            let what = format!("{role}: {}", row.capability);
            let mine = call(&client, &row, &path(&row, &scene.mine, &scene.foreign)).await;
            // Whoever signed in has no scope.
            let access = if row.scope.admits_sessions() { row.roles[index] } else { Access::No };
            match access {
                Access::All => assert_let_in(&mine, &what),
                Access::No => {
                    let problem = mine.problem(403);
                    assert_eq!(problem["capability"], row.capability.to_string(), "{what}");
                }
                Access::Own => {
                    // There may be nothing installed that reads pictures.
                    let unread = row.capability == Capability::ViewImageText && mine.status == 409;
                    let well = (200..300).contains(&mine.status) || unread;
                    assert!(well, "{what}: {}", mine.text());
                    if row.path.contains("{id}") {
                        let theirs =
                            call(&client, &row, &path(&row, &scene.foreign, &scene.mine)).await;
                        assert_eq!(theirs.status, 404, "{what}: {}", theirs.text());
                    } else {
                        let foreign = scene.foreign["id"].as_str().unwrap();
                        assert!(!mine.text().contains(foreign), "{what} shows a foreign ticket");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn nobody_may_do_anything_without_a_sign_in() {
    let desk = Desk::start(Setup::default()).await;
    let handler = desk.as_handler().await;
    for row in table() {
        let scene = scene(&desk, &handler, &row).await;
        let answer = call(&desk.anonymous(), &row, &path(&row, &scene.mine, &scene.foreign)).await;
        assert_eq!(answer.status, 401, "{}: {}", row.capability, answer.text());
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{}", row.capability);
        answer.problem(401);
    }
}

#[tokio::test]
async fn an_api_token_may_do_what_its_scope_says() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    for scope in SCOPES {
        let body = json!({ "name": scope, "scopes": [scope] });
        let token = admin.post("/api/v1/users/api-tokens", body).await.expect(201);
        let client = desk.anonymous().api_key(token["token"].as_str().expect("shown once"));
        for row in table() {
            let scene = scene(&desk, &admin, &row).await;
            let what = format!("token for {scope}: {}", row.capability);
            let answer = call(&client, &row, &path(&row, &scene.mine, &scene.foreign)).await;
            let suffices = match row.scope {
                TokenScope::Needs(needed) | TokenScope::Only(needed) => needed.as_str() == scope,
                TokenScope::Either(either) => either.iter().any(|needed| needed.as_str() == scope),
                TokenScope::Session => false,
            };
            if suffices {
                assert_let_in(&answer, &what);
            } else {
                assert_eq!(answer.status, 403, "{what}: {}", answer.text());
            }
        }
    }
}

#[tokio::test]
async fn a_token_is_no_way_around_the_role_of_its_user() {
    let desk = Desk::start(Setup::default()).await;
    let body = json!({ "name": "all", "scopes": SCOPES });
    let token = desk.as_viewer().await.post("/api/v1/users/api-tokens", body).await.expect(201);
    let client = desk.anonymous().api_key(token["token"].as_str().unwrap());
    let ticket = open_ticket(&desk.as_admin().await, "Out of reach").await;
    for row in table().iter().filter(|row| row.roles[3] == Access::No) {
        let answer = call(&client, row, &path(row, &ticket, &ticket)).await;
        assert_eq!(answer.status, 403, "{}: {}", row.capability, answer.text());
    }
}

#[tokio::test]
async fn every_route_has_its_row_and_every_row_its_route() {
    let desk = crate::support::shared_desk().await;
    let document = desk.anonymous().get("/api/openapi.json").await.expect(200);
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "patch", "delete", "head", "options", "trace"] {
            if item.get(method).is_some() {
                routes.push((method.to_owned(), path.clone()));
            }
        }
    }
    let rows: Vec<_> = table()
        .iter()
        .map(|row| (row.method.as_str().to_lowercase(), row.path.to_owned()))
        .collect();
    for row in &rows {
        assert!(routes.contains(row), "the document lacks {row:?}");
    }
    for route in &routes {
        let open = OPEN.iter().any(|(method, path)| (*method, *path) == (&route.0, &route.1));
        assert!(open != rows.contains(route), "{route:?} has no row, or is open and has one");
    }
}

#[tokio::test]
async fn a_refusal_is_in_the_audit() {
    let desk = crate::support::shared_desk().await;
    let viewer = desk.as_viewer().await;
    viewer.post("/api/v1/tickets", json!({ "subject": "x" })).await.problem(403);
    let id = &desk.people().await.viewer.id;
    // A refusal tells no position that a query could wait for.
    let path = format!("/api/v1/audit?user_id={id}&action=audit.permission_refused");
    let call = desk.as_admin().await.call(Method::GET, &path);
    let audit = call.header("docket-min-position", "head").send().await.expect(200);
    assert!(!audit["items"].as_array().unwrap().is_empty(), "{audit}");
}
