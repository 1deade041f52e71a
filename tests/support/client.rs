//! Requests in the name of somebody, and their answers.

use std::sync::atomic::Ordering;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::Desk;

/// Sends requests to a desk with one credential, or none. Queries wait for what this test process
/// last wrote at the desk, as the web client's do.
#[derive(Clone)]
pub struct Client<'a> {
    desk: &'a Desk,
    // Its connections belong to the runtime of one test, so every test has its own.
    http: reqwest::Client,
    credential: Option<(&'static str, String)>,
}

impl<'a> Client<'a> {
    pub(super) fn new(desk: &'a Desk) -> Self {
        let redirects = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().redirect(redirects).build().unwrap();
        Self { desk, http, credential: None }
    }

    /// The same with `Authorization: Bearer …`.
    pub fn bearer(mut self, token: &str) -> Self {
        self.credential = Some(("authorization", format!("Bearer {token}")));
        self
    }

    /// The same with `X-Api-Key: …`.
    pub fn api_key(mut self, token: &str) -> Self {
        self.credential = Some(("x-api-key", token.to_owned()));
        self
    }

    /// The value of its header `Authorization`, where it has one.
    pub fn authorization(&self) -> Option<&str> {
        let (name, value) = self.credential.as_ref()?;
        (*name == "authorization").then_some(value.as_str())
    }

    /// A request that can be completed.
    pub fn call(&self, method: Method, path: &str) -> Call<'a> {
        let query = method == Method::GET;
        let mut request = self.http.request(method, format!("{}{path}", self.desk.base));
        if let Some((name, value)) = &self.credential {
            request = request.header(*name, value);
        }
        Call { desk: self.desk, request, fresh: query }
    }

    /// `GET`, after the views have seen what was written before.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    /// `POST` of a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path).json(&body).send().await
    }

    /// `PATCH` of a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path).json(&body).send().await
    }

    /// `PUT` of a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path).json(&body).send().await
    }

    /// `DELETE` without a body.
    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path).send().await
    }
}

/// A request in the making.
pub struct Call<'a> {
    desk: &'a Desk,
    request: RequestBuilder,
    fresh: bool,
}

impl Call<'_> {
    /// With one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if name.eq_ignore_ascii_case("docket-min-position") {
            self.fresh = false;
        }
        self.request = self.request.header(name, value);
        self
    }

    /// A query that takes the views as they are.
    pub fn stale(mut self) -> Self {
        self.fresh = false;
        self
    }

    /// With a JSON body.
    pub fn json(mut self, body: &Value) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// With any body.
    pub fn body(mut self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.header("content-type", content_type).body(body);
        self
    }

    /// With a file in the field `file` of a multipart body.
    pub fn file(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        let part = reqwest::multipart::Part::bytes(content.into()).file_name(name.to_owned());
        self.request = self.request.multipart(reqwest::multipart::Form::new().part("file", part));
        self
    }

    /// With a multipart body.
    pub fn multipart(mut self, form: reqwest::multipart::Form) -> Self {
        self.request = self.request.multipart(form);
        self
    }

    /// Sends it and waits for the whole answer.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(self) -> Answer {
        self.try_send().await.expect("the desk answers")
    }

    /// Sends it; an error when the desk is gone.
    pub async fn try_send(mut self) -> reqwest::Result<Answer> {
        let position = self.desk.position.load(Ordering::SeqCst);
        if self.fresh && position > 0 {
            self.request = self.request.header("docket-min-position", position);
        }
        let response = self.request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        let answer = Answer { status, headers, body };
        if let Some(position) = answer.position() {
            self.desk.position.fetch_max(position, Ordering::SeqCst);
        }
        Ok(answer)
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status code.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Its body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Its body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_slice(&self.body);
        parsed.unwrap_or_else(|_| panic!("no JSON ({}): {}", self.status, self.text()))
    }

    /// One header, where it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// How far the log was after a command.
    pub fn position(&self) -> Option<i64> {
        self.header("docket-position").and_then(|text| text.parse().ok())
    }

    /// The body, if the status is this one.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts a problem document with this status, and returns it.
    ///
    /// # Panics
    /// When it is something else.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["status"], status);
        for member in ["type", "title", "instance"] {
            assert!(problem[member].is_string(), "{member} in {problem}");
        }
        assert!(!problem["detail"].is_null(), "{problem}");
        problem
    }

    /// Asserts a 422, and returns the bad fields, each as its `loc` joined by dots.
    ///
    /// # Panics
    /// When it is something else.
    #[track_caller]
    pub fn bad_fields(&self) -> Vec<String> {
        let problem = self.problem(422);
        let errors = problem["errors"].as_array().expect("a 422 has errors");
        errors
            .iter()
            .map(|error| {
                assert!(error["msg"].is_string() && error["type"].is_string(), "{error}");
                let loc = error["loc"].as_array().expect("an error says where");
                let part =
                    |part: &Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
                loc.iter().map(part).collect::<Vec<_>>().join(".")
            })
            .collect()
    }
}
