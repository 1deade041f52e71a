//! Bad rows among good ones.

use serde_json::json;

use super::{counts, errors, import, tagged};
use crate::support::{shared_desk, unique};

#[tokio::test]
async fn good_rows_are_in_and_every_bad_field_of_the_others_is_named() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = unique("partial");
    let file = format!(
        "subject,customer_email,priority,tags,status\n\
         Good one,a@example.com,high,{tag},open\n\
         ,b@example.com,high,{tag},open\n\
         Two faults,nobody,soon,{tag},open\n\
         \"Good, too\",c@example.com,,\"{tag};x\",closed\n\
         Too many columns,d@example.com,low,{tag},open,what,is,this\n\
         Odd status,e@example.com,low,{tag},asleep\n\
         Good at last,,critical,{tag}|y,new\n"
    );
    let answer = import(&client, "csv", file).await;
    assert_eq!(counts(&answer), (7, 3, 4), "{}", answer.text());
    let named = errors(&answer);
    for error in ["2 subject", "3 customer_email", "3 priority", "6 status"] {
        assert!(named.iter().any(|named| named == error), "{error} is not among {named:?}");
    }
    assert!(named.iter().any(|named| named.starts_with("5 ")), "{named:?}");
    let tickets = tagged(&client, &tag).await;
    let subjects: Vec<_> =
        tickets.iter().map(|ticket| ticket["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects, ["Good one", "Good, too", "Good at last"]);
    assert_eq!(tickets[1]["status"], "closed");
    assert_eq!(tickets[2]["priority"], "urgent");
    assert_eq!(tickets[1]["tags"], json!([tag, "x"]));
}

#[tokio::test]
async fn nothing_usable_is_no_error_of_the_server() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    for (kind, content) in [("csv", "subject\n"), ("json", "[]"), ("xml", "<tickets/>")] {
        let answer = import(&client, kind, content).await;
        assert_eq!(counts(&answer), (0, 0, 0), "{kind}");
    }
    for (kind, content) in [
        ("json", "{\"not\": "),
        ("json", "42"),
        ("xml", "<tickets><ticket>"),
        ("xml", "plain text"),
        ("csv", "subject,subject\na,b\n"),
    ] {
        import(&client, kind, content).await.problem(400);
    }
}

#[tokio::test]
async fn what_came_before_the_break_of_a_file_is_in_and_told() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = unique("broken");
    let file = format!("[{{\"subject\": \"First\", \"tags\": [\"{tag}\"]}}, {{\"subject\": ");
    let answer = import(&client, "json", file).await;
    let imported = tagged(&client, &tag).await.len();
    match answer.status {
        400 => assert!(imported == 0 || answer.text().contains("imported"), "{}", answer.text()),
        _ => assert_eq!(counts(&answer).1, 1, "{}", answer.text()),
    }
}
