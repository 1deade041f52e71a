//! Roles that make no sense are refused at the start, in words.

use crate::support::{Desk, Setup, run_to_end};

/// What `docket serve` says before it gives up.
async fn refusal(desk: &Desk, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = desk.command();
    command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
    command.envs(variables.iter().copied());
    let output = run_to_end(command).await;
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_start_that_makes_no_sense_is_refused() {
    let desk = Desk::start(Setup::default()).await;
    let broker = ("DOCKET_KAFKA_BROKERS", "127.0.0.1:1");
    for (arguments, variables, word) in [
        (&["--roles=api,cook"][..], &[][..], "none of api, relay, projector, worker"),
        (&[], &[("DOCKET_ROLES", "cook")], "DOCKET_ROLES"),
        (&["--roles=relay"], &[], "`kafka.brokers` is not set"),
        (&["--roles=worker", "--demo"], &[], "role api"),
        (&["--queues=dishes"], &[], "there is no queue \"dishes\""),
        (&[], &[("DOCKET_SOURCE", "kafka")], "`kafka.brokers`"),
        (&[], &[("DOCKET_SOURCE", "feed")], "`feed.url`"),
        (&[], &[broker, ("DOCKET_KAFKA_SECURITY_PROTOCOL", "sasl_ssl")], "`kafka.sasl_mechanism`"),
        (&[], &[broker, ("DOCKET_KAFKA_SASL_PASSWORD", "sesame")], "sasl_ssl or sasl_plaintext"),
    ] {
        let said = refusal(&desk, arguments, variables).await;
        assert!(said.contains(word), "{arguments:?} {variables:?}: {said}");
        assert!(!said.contains("sesame"), "{said}");
    }
}
