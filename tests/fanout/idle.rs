//! Most partitions never see an event: nobody waits for them.

use super::{roles, settle};
use crate::support::{Desk, kafka_and_prefix, open_ticket};

#[tokio::test]
async fn a_reader_of_its_own_write_waits_for_no_idle_partition() {
    let (bootstrap, prefix) = kafka_and_prefix(12).await;
    // Were one idle partition waited for, no answer would come.
    let setup = roles("api,relay,projector", &bootstrap, &prefix);
    let setup = setup.variable("DOCKET_KAFKA_PARTITIONS", "12");
    let desk = Desk::start(setup).await;
    let handler = desk.as_handler().await;
    settle(&desk).await;
    for n in 0..5 {
        let subject = format!("Only me {n}");
        let ticket = open_ticket(&handler, &subject).await;
        let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
        assert_eq!(handler.get(&path).await.expect(200)["subject"], subject);
        let listed = handler.get("/api/v1/tickets?limit=1").await.expect(200);
        assert_eq!(listed["items"][0]["id"], ticket["id"]);
    }
}
