//! Who imports, and what is remembered of it.

use super::{counts, import, tagged};
use crate::support::{finish, shared_desk, unique};

#[tokio::test]
async fn a_publisher_owns_what_the_publisher_imported() {
    let desk = shared_desk().await;
    let client = desk.as_publisher().await;
    let tag = unique("own");
    let file = format!("subject,tags\nMine,{tag}\n");
    let answer = import(&client, "csv", file).await;
    // Tags are for those who work on tickets; whether a publisher's file may set them is said by row.
    if counts(&answer).1 == 1 {
        let ticket = &tagged(&client, &tag).await[0];
        assert_eq!(ticket["opened_by"], desk.people().await.publisher.id.as_str());
    }
    import(&desk.as_viewer().await, "csv", "subject\nNo\n").await.problem(403);
}

#[tokio::test]
async fn an_import_is_in_the_audit_with_its_counts() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    counts(&import(&client, "csv", "subject\nGood\n\"\"\nGood\n").await);
    let id = &desk.people().await.handler.id;
    let path = format!("/api/v1/audit?user_id={id}&action=audit.import_completed");
    let audit = desk.as_admin().await.get(&path).await.expect(200);
    assert!(!audit["items"].as_array().unwrap().is_empty(), "{audit}");
}

#[tokio::test]
async fn the_command_line_imports_the_same() {
    let desk = shared_desk().await;
    let tag = unique("terminal");
    let path = desk.folder.join(format!("{tag}.csv"));
    std::fs::write(&path, format!("subject,tags\nFrom a terminal,{tag}\n")).unwrap();
    let mut command = desk.command();
    command.arg("import").arg(&path);
    let said = finish(command).await;
    assert!(said.contains('1'), "{said}");
    let client = desk.as_admin().await;
    let head = client.get("/api/v1/events/head").await.expect(200)["position"].to_string();
    let call = client.call(reqwest::Method::GET, &format!("/api/v1/tickets?tag={tag}"));
    let list = call.header("docket-min-position", &head).send().await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}
