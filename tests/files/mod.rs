//! Images and attachments: what comes in, how it goes out, what is read in it.

mod change;
mod damaged;
mod hostile;
mod keys;
mod killed;
mod large;
mod legacy;
mod links;
mod open;
pub mod pictures;
mod refused;
mod s3;
mod take;
mod text;

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::support::{Answer, Client};

/// A part that is a file.
pub fn part(name: &str, content: impl Into<Vec<u8>>) -> Part {
    Part::bytes(content.into()).file_name(name.to_owned())
}

/// The path of the images or attachments of a ticket.
pub fn path(ticket: &Value, folder: &str) -> String {
    format!("/api/v1/tickets/{}/{folder}", ticket["id"].as_str().unwrap())
}

/// Sends one file, and returns the answer whatever it is.
pub async fn send(
    client: &Client<'_>,
    ticket: &Value,
    folder: &str,
    name: &str,
    content: impl Into<Vec<u8>>,
) -> Answer {
    client.call(Method::POST, &path(ticket, folder)).file(name, content).send().await
}

/// Attaches an image to a ticket, and returns it.
pub async fn attach_image(
    client: &Client<'_>,
    ticket: &Value,
    name: &str,
    content: Vec<u8>,
) -> Value {
    send(client, ticket, "images", name, content).await.expect(201)
}

/// Sends several files of the fields, and returns the answer whatever it is.
pub async fn send_all(
    client: &Client<'_>,
    ticket: &Value,
    folder: &str,
    files: Vec<(&'static str, Part)>,
) -> Answer {
    let form = files.into_iter().fold(Form::new(), |form, (field, part)| form.part(field, part));
    client.call(Method::POST, &path(ticket, folder)).multipart(form).send().await
}

/// The names of the images or attachments of a ticket, in their order.
pub async fn names(client: &Client<'_>, ticket: &Value, folder: &str) -> Vec<String> {
    let list = client.get(&path(ticket, folder)).await.expect(200);
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["filename"].as_str().unwrap().to_owned()).collect()
}

/// An image once it has a thumbnail; a story that waits in vain fails.
pub async fn until_thumbnail(client: &Client<'_>, image: &Value) -> Value {
    let begun = Instant::now();
    loop {
        let image = client.get(&file_path(image)).await.expect(200);
        if !image["thumbnail_url"].is_null() {
            return image;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "it has none: {image}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The path of one file.
pub fn file_path(file: &Value) -> String {
    let folder = if file["role"] == "image" { "images" } else { "attachments" };
    let (ticket, id) = (file["ticket_id"].as_str().unwrap(), file["id"].as_str().unwrap());
    format!("/api/v1/tickets/{ticket}/{folder}/{id}")
}
