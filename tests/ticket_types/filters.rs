//! Tickets are found and ordered by the declared values of their forms.

use serde_json::{Value, json};

use super::*;
use crate::support::{Client, Desk, Setup, shared_desk};

/// The fields of a type of its own: ids that no other story uses, as filters reach across all types.
struct Fields {
    site: String,
    level: String,
    bands: String,
    since: String,
    on: String,
    secret: String,
}

impl Fields {
    fn new() -> Self {
        let id = |name| unique(name);
        Self {
            site: id("site_"),
            level: id("level_"),
            bands: id("bands_"),
            since: id("since_"),
            on: id("on_"),
            secret: id("secret_"),
        }
    }

    fn form(&self) -> Value {
        let filterable = json!({ "filterable": true });
        let options = ["n1", "n28", "n78"].map(option);
        let bands = json!({ "filterable": true, "options": options });
        json!({
            "name": unique("filtered_"),
            "fields": [
                field(&self.site, "text", filterable.clone()),
                field(&self.level, "decimal", filterable.clone()),
                field(&self.bands, "multi_select", bands),
                field(&self.since, "date_time", filterable.clone()),
                field(&self.on, "boolean", filterable),
                field(&self.secret, "text", json!({})),
            ],
        })
    }
}

/// Five tickets, `a` to `e`; the last one has no values.
async fn scene(client: &Client<'_>) -> (Fields, Value) {
    let fields = Fields::new();
    let ticket_type = define(client, &fields.form()).await;
    let Fields { site, level, bands, since, on, secret } = &fields;
    let moment = |hour: u32| format!("2026-03-01T{hour:02}:30:00+08:00");
    let rows = [
        ("a", json!({ site: "北京 1", level: 5, bands: ["n1"], since: moment(8), on: true })),
        ("b", json!({ site: "BJ-2", level: -101.5, bands: ["n28", "n78"], since: moment(9) })),
        ("c", json!({ site: "BJ-10", level: 40, bands: ["n78"], since: moment(7), on: false })),
        ("d", json!({ site: "bj-2", level: 5.5, secret: "sesame" })),
        ("e", json!({})),
    ];
    for (subject, data) in rows {
        let body = json!({ "subject": subject, "ticket_type": ticket_type["name"], "data": data });
        client.post("/api/v1/tickets", body).await.expect(201);
    }
    (fields, ticket_type)
}

async fn subjects(client: &Client<'_>, query: &str) -> String {
    let list = client.get(&format!("/api/v1/tickets?{query}")).await.expect(200);
    let items = list["items"].as_array().unwrap().iter();
    items.map(|ticket| ticket["subject"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn tickets_are_found_by_values_and_ranges() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let admin = desk.as_admin().await;
    let (fields, ticket_type) = scene(&admin).await;
    let Fields { site, level, bands, since, on, .. } = &fields;
    let named = format!("ticket_type={}", ticket_type["name"].as_str().unwrap());
    let filters = [
        (format!("data.{site}=BJ-2"), "b"),
        (format!("data.{site}=BJ-2&data.{site}=bj-2"), "d b"),
        (format!("data.{site}=%E5%8C%97%E4%BA%AC%201"), "a"),
        (format!("data.{site}=nowhere"), ""),
        (format!("data.{site}=&{named}"), "e d c b a"),
        (format!("data.{level}=5.0"), "a"),
        (format!("data.{level}_from=5"), "d c a"),
        (format!("data.{level}_to=5.5"), "b a"),
        (format!("data.{level}_from=-200&data.{level}_to=5"), "b"),
        (format!("data.{bands}=n78"), "c b"),
        (format!("data.{bands}=n78&data.{bands}=n1"), "c b a"),
        (format!("data.{bands}=n78&data.{level}_from=0"), "c"),
        (format!("data.{since}=2026-03-01T00:30:00Z"), "a"),
        (format!("data.{since}_from=2026-03-01T00:30:00Z"), "b a"),
        (format!("data.{since}_to=2026-03-01T08:30:00%2B08:00"), "c"),
        (format!("data.{since}=2026-03-01T08:30:00+08:00"), "a"),
        (format!("data.{on}=true"), "a"),
        (format!("data.{on}=false&{named}"), "c"),
        (format!("data.{site}=BJ-2&status=closed"), ""),
    ];
    for (filter, expected) in &filters {
        assert_eq!(subjects(&client, filter).await, *expected, "{filter}");
        let counted = client.get(&format!("/api/v1/tickets?{filter}&count=true")).await.expect(200);
        assert_eq!(counted["total"], expected.split_whitespace().count(), "{filter}");
    }
    // One that finds nothing for others: those who see their own tickets only.
    let publisher = desk.as_publisher().await;
    assert_eq!(subjects(&publisher, &format!("data.{site}=BJ-2")).await, "");
    // A change moves it.
    let list = client.get(&format!("/api/v1/tickets?data.{site}=BJ-2")).await.expect(200);
    let body = json!({ "data": { site: "BJ-3", level: null } });
    change(&admin, &list["items"][0], body).await.expect(200);
    assert_eq!(subjects(&client, &format!("data.{site}=BJ-2")).await, "");
    assert_eq!(subjects(&client, &format!("data.{site}=BJ-3")).await, "b");
    assert_eq!(subjects(&client, &format!("data.{level}_to=5")).await, "");
}

#[tokio::test]
async fn tickets_are_ordered_by_values_page_by_page() {
    let desk = shared_desk().await;
    let client = desk.as_admin().await;
    let (fields, ticket_type) = scene(&client).await;
    let Fields { site, level, since, .. } = &fields;
    let named = format!("ticket_type={}", ticket_type["id"].as_str().unwrap());
    // Those without a value come last, whichever way the list runs.
    let ordered = [
        (format!("sort=data.{level}"), "b a d c e"),
        (format!("sort=-data.{level}"), "c d a b e"),
        (format!("sort=data.{site}"), "c b d a e"),
        (format!("sort=-data.{site}"), "a d b c e"),
        (format!("sort=data.{since}&data.{level}_from=-200"), "c a b"),
    ];
    for (sort, expected) in ordered {
        let begins = |order: &str| order.starts_with(expected);
        let whole = subjects(&client, &format!("{named}&{sort}")).await;
        assert!(begins(&whole), "{sort}: {whole}");
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let query = format!("/api/v1/tickets?{named}&{sort}&limit=1&cursor={cursor}");
            let page = client.get(&query).await.expect(200);
            let items = page["items"].as_array().unwrap().iter();
            paged.extend(items.map(|ticket| ticket["subject"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = next.to_owned();
        }
        assert_eq!(paged.join(" "), whole, "{sort}");
    }
    // A cursor belongs to its order.
    let query = format!("/api/v1/tickets?{named}&sort=data.{level}&limit=1");
    let page = client.get(&query).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let other = format!("/api/v1/tickets?{named}&sort=data.{site}&limit=1&cursor={cursor}");
    assert_eq!(client.get(&other).await.bad_fields(), ["query.cursor"]);
}

#[tokio::test]
async fn what_is_not_declared_is_no_filter() {
    // Of its own: which filters there are is told, and only so many.
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_admin().await;
    let (fields, _) = scene(&client).await;
    let Fields { site, level, since, secret, .. } = &fields;
    // Personal, unknown, and no names of fields at all.
    for bad in [secret.as_str(), "nobody_has_this", "Bad-Name", "", "a.b"] {
        let answer = client.get(&format!("/api/v1/tickets?data.{bad}=sesame")).await;
        answer.bad_fields();
        let error = &answer.json()["errors"][0];
        let told = error["msg"].as_str().unwrap();
        assert!(told.contains(&format!("data.{site}")) && !told.contains(secret), "{told}");
        assert_eq!(error["loc"][0], "query");
        // Clients of the replaced systems send what they like.
        let ignored = client.get(&format!("/api/tickets/?data.{bad}=sesame&limit=1")).await;
        ignored.expect(200);
        assert!(ignored.header("docket-ignored").is_some_and(|names| names.contains("data.")));
    }
    let sorted = client.get(&format!("/api/v1/tickets?sort=data.{secret}")).await;
    assert_eq!(sorted.bad_fields(), ["query.sort"]);
    for bad in [
        format!("data.{level}=high"),
        format!("data.{level}_from=NaN"),
        format!("data.{level}_from=1&data.{level}_from=2"),
        format!("data.{since}_to=yesterday"),
    ] {
        assert_eq!(
            client.get(&format!("/api/v1/tickets?{bad}")).await.bad_fields().len(),
            1,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_field_of_several_versions_and_types_is_one_filter() {
    let desk = shared_desk().await;
    let client = desk.as_admin().await;
    let id = unique("shared_");
    let form = |kind: &str, settings: Value| json!({ "name": unique("sharing_"), "fields": [field(&id, kind, settings)] });
    let numbers = define(&client, &form("integer", json!({ "filterable": true }))).await;
    let texts = define(&client, &form("text", json!({ "filterable": true }))).await;
    for (subject, ticket_type, value) in
        [("number", &numbers, json!(5)), ("text", &texts, json!("5"))]
    {
        let body =
            json!({ "subject": subject, "ticket_type": ticket_type["id"], "data": { &id: value } });
        client.post("/api/v1/tickets", body).await.expect(201);
    }
    assert_eq!(subjects(&client, &format!("data.{id}=5")).await, "text number");
    let bounded = client.get(&format!("/api/v1/tickets?data.{id}_from=5")).await;
    assert_eq!(bounded.bad_fields().len(), 1);
    // Declared once, it stays a filter for the tickets of that version.
    let change = json!({ "fields": [field(&id, "integer", json!({}))] });
    client.patch(&path(&numbers, ""), change).await.expect(200);
    let body = json!({ "subject": "hidden", "ticket_type": numbers["id"], "data": { &id: 5 } });
    client.post("/api/v1/tickets", body).await.expect(201);
    assert_eq!(subjects(&client, &format!("data.{id}=5")).await, "text number");
}
