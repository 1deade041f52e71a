//! The Python programs of `examples/inbound`, as they are printed.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use crate::support::Desk;

/// Runs an example against the desk's broker; none without a Python that has its packages.
async fn example(desk: &Desk, program: &str, arguments: &[&str]) -> Option<(bool, String)> {
    let python = python()?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/inbound");
    let output = Command::new(python)
        .current_dir(folder)
        .arg(program)
        .args(arguments)
        .args(["--brokers", &desk.settings.brokers[0], "--prefix", &desk.settings.prefix])
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8(printed).unwrap()))
}

#[expect(clippy::disallowed_methods, reason = "a test is its own composition root")]
fn python() -> Option<std::ffi::OsString> {
    let python = std::env::var_os("DOCKET_TEST_PYTHON").filter(|path| !path.is_empty());
    if python.is_none() {
        eprintln!("skipped: DOCKET_TEST_PYTHON is not set; `make test` sets it");
    }
    python
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_producer_sends_its_file_and_the_dead_can_be_sent_again() {
    let desk = Desk::new().await;
    let consumer = desk.consumer().await;
    let file = &["tickets.jsonl"];
    let Some((ended_well, printed)) = example(&desk, "produce_tickets.py", file).await else {
        return;
    };
    assert!(ended_well && printed.contains("5 sent, 0 not"), "{printed}");
    desk.dead(1).await;
    let mut tickets = desk.until_tickets(3).await;
    tickets.sort();
    assert_eq!(
        tickets,
        ["Cannot sign in to payroll", "New laptop for a colleague", "工厂三号线打印机故障"]
    );

    let (ended_well, printed) = example(&desk, "replay_dead.py", &[]).await.unwrap();
    assert!(ended_well, "{printed}");
    for said in ["HDTS-2026-00020", "3 fields", "value.customer.email: ", "1 dead letters, 0 sent"]
    {
        assert!(printed.contains(said), "{said} in {printed}");
    }
    let (ended_well, printed) = example(&desk, "replay_dead.py", &["--resend"]).await.unwrap();
    assert!(ended_well && printed.contains("1 dead letters, 1 sent again"), "{printed}");
    // It dies again; the next run begins behind the first death.
    assert_eq!(desk.dead(2).await.len(), 2);
    let (ended_well, printed) = example(&desk, "replay_dead.py", &[]).await.unwrap();
    assert!(ended_well && printed.contains("1 dead letters, 0 sent"), "{printed}");
    consumer.finish().await;
    assert_eq!(desk.tickets().await.len(), 3);
}
