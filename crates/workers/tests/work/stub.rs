//! Another system: an HTTP server that answers as it is told, and keeps what it was sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// With this status.
    Says(u16),
    /// With a redirect to itself.
    Redirects,
    /// Not at all.
    Sleeps,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

#[derive(Clone)]
pub struct Stub {
    address: SocketAddr,
    shared: Shared,
}

type Shared = Arc<Mutex<(Mood, Vec<Received>)>>;

impl Stub {
    pub async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Mutex::new((mood, Vec::new())));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    pub fn url(&self) -> String {
        format!("http://{}/ask?key=geheim", self.address)
    }

    pub fn feels(&self, mood: Mood) {
        self.shared.lock().unwrap().0 = mood;
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.lock().unwrap().1.clone()
    }
}

async fn answer(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let mood = {
        let mut shared = shared.lock().unwrap();
        shared.1.push(Received { headers, body });
        shared.0
    };
    match mood {
        Mood::Says(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Mood::Redirects => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/elsewhere")]).into_response()
        }
        Mood::Sleeps => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            StatusCode::OK.into_response()
        }
    }
}
