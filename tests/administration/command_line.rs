//! The program beside the running one.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Desk, Setup, docket, finish, run_to_end, shared_desk, unique};

#[tokio::test]
async fn an_account_is_made_at_the_terminal_and_gets_another_password() {
    let desk = shared_desk().await;
    let email = format!("{}@people.example", unique("terminal"));
    let run = async |arguments: &[&str], password: &'static str| {
        let mut command = desk.command();
        command.args(arguments).arg("--password-stdin");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(!said.contains(password), "{said}");
        })
        .await
        .unwrap();
    };
    let sign_in = async |password: &str| {
        let body = json!({ "username": email, "password": password });
        desk.anonymous().post("/api/v1/users/token", body).await
    };
    run(&["user", "create", &email, "--role", "viewer"], "seven-grey-herons").await;
    assert_eq!(sign_in("seven-grey-herons").await.expect(200)["user"]["roles"], json!(["viewer"]));
    run(&["user", "set-password", &email], "eight-grey-herons").await;
    sign_in("eight-grey-herons").await.expect(200);
    sign_in("seven-grey-herons").await.problem(401);
}

#[tokio::test]
async fn without_a_named_admin_a_password_is_made_up_and_printed_once() {
    let setup =
        Setup::default().variable("DOCKET_ADMIN_EMAIL", "").variable("DOCKET_ADMIN_PASSWORD", "");
    let desk = Desk::start(setup).await;
    // It serves before it has said all of it.
    let begun = Instant::now();
    while !desk.log().contains("Ctrl-C") {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", desk.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let log = desk.log();
    let value = |name: &str| {
        let line = log.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{log}"));
        let words = line.split_whitespace().skip_while(|word| *word != name);
        words.skip(1).find(|word| word.len() > 3).unwrap_or_else(|| panic!("{line}")).to_owned()
    };
    let (email, password) = (value("e-mail"), value("password"));
    let body = json!({ "username": email, "password": password });
    let pair = desk.anonymous().post("/api/v1/users/token", body).await.expect(200);
    assert_eq!(pair["user"]["roles"], json!(["admin"]));
    desk.stop();
    desk.start_again().await;
    assert_eq!(desk.log().matches(&password).count(), 1, "{}", desk.log());
}

#[tokio::test]
async fn the_database_is_migrated_again_without_harm() {
    let desk = shared_desk().await;
    let mut command = desk.command();
    command.arg("migrate");
    finish(command).await;
    desk.as_viewer().await.get("/api/v1/tickets").await.expect(200);
}

#[tokio::test]
async fn a_look_into_the_wrong_folder_makes_no_desk_there() {
    let desk = shared_desk().await;
    let folder = desk.folder.join(unique("elsewhere"));
    std::fs::create_dir(&folder).unwrap();
    for arguments in [&["status"][..], &["verify"], &["jobs", "list"], &["events", "export"]] {
        let mut command = docket();
        command.current_dir(&folder).args(arguments);
        let output = run_to_end(command).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("there is no desk in data"), "{said}");
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

#[tokio::test]
async fn what_cannot_work_is_refused_with_a_word() {
    let desk = shared_desk().await;
    let folder = desk.folder.join(unique("empty"));
    std::fs::create_dir(&folder).unwrap();
    for (variable, value, word) in [
        ("DOCKET_LISTEN", "nowhere", "listen"),
        ("DOCKET_MAX_BODY_BYTES", "plenty", "max_body_bytes"),
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none", ""),
    ] {
        let mut command = docket();
        command.current_dir(&folder).env("DOCKET_MASTER_KEY", "5a".repeat(32));
        command.env("DATABASE_URL", desk.database_url()).env(variable, value).arg("serve");
        let output = run_to_end(command).await;
        let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
        assert!(!output.status.success() && said.contains(word), "{variable}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    let mut command = desk.command();
    command.env("DOCKET_MASTER_KEY", "b6".repeat(32)).arg("verify");
    let output = run_to_end(command).await;
    let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
    assert!(!output.status.success() && said.contains("key"), "another master key: {said}");
}
