//! Fields that name files of the ticket: the row of the matrix that needs uploads.

use serde_json::{Value, json};

use super::matrix_rows::UNKNOWN;
use super::*;
use crate::files::{attach_image, file_path, pictures::png, send};
use crate::support::shared_desk;

#[tokio::test]
async fn a_field_names_files_of_its_ticket() {
    let desk = shared_desk().await;
    let client = desk.as_admin().await;
    let photos = json!({
        "max_count": 2, "media_types": ["image/*"],
        "visible_if": { "field": "hide", "is_set": false },
    });
    let form = json!({
        "name": unique("photos_"),
        "fields": [field("photos", "file", photos), field("hide", "boolean", json!({}))],
    });
    let ticket_type = define(&client, &form).await;
    let ticket = open(&client, &ticket_type["name"], json!({})).await.expect(201);
    let other = open(&client, &ticket_type["name"], json!({})).await.expect(201);
    let mut images = Vec::new();
    for n in 1..=3 {
        images
            .push(attach_image(&client, &ticket, &format!("{n}.png"), png(n)).await["id"].clone());
    }
    let [first, second, third] = [&images[0], &images[1], &images[2]];
    let foreign = attach_image(&client, &other, "foreign.png", png(9)).await["id"].clone();
    let log = send(&client, &ticket, "attachments", "a.log", "no picture").await.expect(201);

    let refused = [
        (json!({ "photos": first }), "/data/photos", "type_error"),
        (json!({ "photos": [1] }), "/data/photos/0", "type_error"),
        (json!({ "photos": ["1.png"] }), "/data/photos/0", "value_error"),
        (json!({ "photos": [first, second, third] }), "/data/photos", "too_long"),
        (json!({ "photos": [first, first] }), "/data/photos/1", "repeated"),
        (json!({ "photos": [first, UNKNOWN] }), "/data/photos/1", "unknown_file"),
        (json!({ "photos": [foreign] }), "/data/photos/0", "unknown_file"),
        (json!({ "photos": [first, log["id"]] }), "/data/photos/1", "media_type_not_allowed"),
        (json!({ "photos": [first], "hide": true }), "/data/photos", "hidden_field"),
        (json!({ "pictures": [first] }), "/data/pictures", "unknown_field"),
    ];
    for (data, pointer, code) in refused {
        let answer = change(&client, &ticket, json!({ "data": data })).await;
        assert_eq!(bad_data(&answer), bad(&[(pointer, code)]), "{data}");
    }
    let good = json!({ "photos": [second, first] });
    let filled = change(&client, &ticket, json!({ "data": good })).await.expect(200);
    assert_eq!(filled["data"], good);

    // What the form names stays until the form lets go of it.
    let image = json!({ "ticket_id": ticket["id"], "id": first, "role": "image" });
    client.delete(&file_path(&image)).await.problem(409);
    let let_go = json!({ "data": { "photos": [second] } });
    change(&client, &ticket, let_go).await.expect(200);
    client.delete(&file_path(&image)).await.expect(204);
    let gone = change(&client, &ticket, json!({ "data": { "photos": [first] } })).await;
    assert_eq!(bad_data(&gone), bad(&[("/data/photos/0", "unknown_file")]));
    let cleared = change(&client, &ticket, json!({ "data": { "photos": Value::Null } })).await;
    assert!(cleared.expect(200)["data"].get("photos").is_none());
}
