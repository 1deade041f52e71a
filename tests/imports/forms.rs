//! CSV, JSON and XML in the forms they come in.

use serde_json::json;

use super::{counts, errors, import, tagged};
use crate::support::{shared_desk, unique};

#[tokio::test]
async fn columns_stand_in_any_order_and_under_other_names() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = unique("order");
    let file = format!("Tags;Customer Email;TITLE;category\n{tag};x@example.com;By title;other\n");
    assert_eq!(counts(&import(&client, "csv", file).await), (1, 1, 0));
    let ticket = &tagged(&client, &tag).await[0];
    assert_eq!(ticket["subject"], "By title");
    assert_eq!(ticket["customer"]["email"], "x@example.com");
}

#[tokio::test]
async fn the_columns_of_the_customer_support_system_fit() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = unique("columns");
    let file = format!(
        "customer_id,customer_email,customer_name,subject,description,category,priority,tags,source,browser,device_type\n\
         C1,a@example.com,Ann,Refund,Twice charged,billing_question,high,{tag},email,Firefox,mobile\n"
    );
    assert_eq!(counts(&import(&client, "csv", file).await), (1, 1, 0));
    let ticket = &tagged(&client, &tag).await[0];
    assert_eq!(ticket["customer"], json!({ "id": "C1", "email": "a@example.com", "name": "Ann" }));
    assert_eq!((&ticket["source"], &ticket["browser"]), (&json!("email"), &json!("Firefox")));
    assert_eq!(ticket["device_type"], "mobile");
}

#[tokio::test]
async fn json_and_xml_carry_the_same() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = unique("same");
    let ticket = json!({ "subject": "Both ways", "description": "a < b & c", "tags": [tag],
        "customer_email": "a@example.com", "metadata": { "source": "chat" } });
    let list = json!([ticket]).to_string();
    let wrapped = json!({ "tickets": [ticket] }).to_string();
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><tickets><ticket><subject>Both ways</subject>\
         <description>a &lt; b <![CDATA[& c]]></description><tags>{tag}</tags>\
         <customer_email>a@example.com</customer_email><metadata><source>chat</source></metadata>\
         </ticket></tickets>"
    );
    for (kind, file) in [("json", list), ("json", wrapped), ("xml", xml)] {
        let answer = import(&client, kind, file).await;
        assert_eq!(counts(&answer), (1, 1, 0), "{}", answer.text());
    }
    let tickets = tagged(&client, &tag).await;
    assert_eq!(tickets.len(), 3);
    for ticket in &tickets {
        assert_eq!(ticket["description"], "a < b & c");
        assert_eq!(ticket["source"], "chat");
        assert_eq!(ticket["customer"]["email"], "a@example.com");
    }
}

#[tokio::test]
async fn a_file_may_be_the_whole_body() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    for (kind, content_type, body) in [
        ("csv", "text/csv", "subject\nPlain body\n"),
        ("json", "application/json", "[{\"subject\": \"Plain body\"}]"),
        (
            "xml",
            "application/xml",
            "<tickets><ticket><subject>Plain body</subject></ticket></tickets>",
        ),
    ] {
        let call = client.call(reqwest::Method::POST, &format!("/api/v1/import/{kind}"));
        let answer = call.body(content_type, body).send().await;
        assert_eq!(counts(&answer), (1, 1, 0), "{kind}: {}", answer.text());
    }
    let call = client.call(reqwest::Method::POST, "/api/v1/import/csv");
    let answer = call.body("image/png", "subject\nx\n").send().await;
    answer.problem(415);
}

#[tokio::test]
async fn a_form_without_a_file_is_a_4xx() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    for (status, kind, body) in [
        (
            422,
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nv\r\n--x--\r\n",
        ),
        (400, "multipart/form-data; boundary=x", "--x\r\nContent-Disp"),
        (400, "multipart/form-data", "no boundary"),
    ] {
        let call = client.call(reqwest::Method::POST, "/api/v1/import/csv");
        let answer = call.body(kind, body).send().await;
        answer.problem(status);
    }
}

#[tokio::test]
async fn entities_of_its_own_make_an_xml_file_400() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    for doctype in [
        "<!DOCTYPE t [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE t [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>",
        "<!DOCTYPE t SYSTEM \"http://example.com/t.dtd\">",
    ] {
        let file = format!(
            "<?xml version=\"1.0\"?>{doctype}<tickets><ticket><subject>&x;</subject></ticket></tickets>"
        );
        let answer = import(&client, "xml", file).await;
        answer.problem(400);
        assert!(!answer.text().contains("root:"), "{}", answer.text());
    }
    let file = "<tickets><ticket><subject>&undefined;</subject></ticket></tickets>";
    let answer = import(&client, "xml", file).await;
    assert!(answer.status == 400 || !errors(&answer).is_empty(), "{}", answer.text());
}
