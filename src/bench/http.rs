//! `POST /tickets` over many connections, through everything: token, validation, sealing, receipts,
//! the answer; in turns with plain INSERTs of the same rows.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use eventstore::Ambient;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::measure::{Limit, Pace, Speed, Took, Until, median};
use super::reference::Reference;
use super::server::BenchServer;

/// How many people write in; each has a key of their own.
const CUSTOMERS: u64 = 2000;
/// How often requests and INSERTs take their turns.
const ROUNDS: u32 = 3;
const WARM_UP: Duration = Duration::from_secs(2);

/// What to measure, and where.
pub struct HttpBench {
    /// How many connections, each waiting for its answer before it asks again.
    pub clients: usize,
    /// How long requests are made, in all.
    pub length: Duration,
    /// The disk to measure on; none for that of temporary files.
    pub folder: Option<PathBuf>,
    /// Clock and randomness.
    pub ambient: Ambient,
}

/// Measures, and prints what it found.
///
/// # Errors
/// A server that does not start, an answer other than 201, any failure of the database.
pub async fn run(options: HttpBench) -> Result<()> {
    BenchServer::with(options.folder.as_deref(), async |server| measure(&options, server).await)
        .await
}

/// Requests that are made together.
pub(super) struct Turn {
    /// How many connections, each waiting for its answer before it asks again.
    pub(super) clients: usize,
    /// How long.
    pub(super) until: Until,
    /// How many begin in a second, in all; none for as many as there can be.
    pub(super) rate: Option<u32>,
}

async fn measure(options: &HttpBench, server: &BenchServer) -> Result<()> {
    let clients = options.clients;
    let next = Arc::new(AtomicU64::new(0));
    let requests = |length| Turn { clients, until: Until::Time(length), rate: None };
    post(server, requests(WARM_UP), &next).await?;
    let sample = server.stored(&options.ambient, "ticket.opened").await?;
    let rows = Reference::create(&server.pool, sample, options.ambient.clone()).await?;
    rows.insert(&server.database, clients, WARM_UP).await?;

    let turn = options.length / ROUNDS;
    println!("POST /tickets, {clients} connections, turns of {:.1} s", turn.as_secs_f64());
    let (mut posts, mut inserts) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let insert = rows.insert(&server.database, clients, turn).await?;
        println!("round {round}: INSERT {insert}");
        let post = post(server, requests(turn), &next).await?;
        println!("round {round}: POST   {post}");
        posts.push(post.per_second());
        inserts.push(insert.per_second());
    }
    server.report_lag().await?;
    let (post, insert) = (median(&mut posts), median(&mut inserts));
    println!("median: POST {post:.0}/s, INSERT {insert:.0}/s, ratio {:.2}", post / insert);
    Ok(())
}

/// Opens tickets over HTTP; `next` numbers them.
pub(super) async fn post(server: &BenchServer, turn: Turn, next: &Arc<AtomicU64>) -> Result<Speed> {
    let mut connections = Vec::with_capacity(turn.clients);
    for _ in 0..turn.clients {
        connections.push(connect(server.address).await?);
    }
    let bearer = format!("Bearer {}", server.token);
    let limit = Arc::new(Limit::new(turn.until));
    let pace = Arc::new(Pace::new(turn.rate));
    let mut tasks = JoinSet::new();
    for mut connection in connections {
        let (limit, pace) = (Arc::clone(&limit), Arc::clone(&pace));
        let (next, bearer) = (Arc::clone(next), bearer.clone());
        tasks.spawn(async move {
            let mut took = Took::new()?;
            while limit.take().is_continue() {
                pace.wait().await;
                let request = request(&bearer, next.fetch_add(1, Ordering::Relaxed))?;
                let began = Instant::now();
                connection.ready().await?;
                let response = connection.send_request(request).await?;
                let status = response.status();
                let body = response.into_body().collect().await?.to_bytes();
                took.record(began.elapsed())?;
                ensure!(
                    status == StatusCode::CREATED,
                    "{status}: {}",
                    String::from_utf8_lossy(&body)
                );
            }
            Ok(took)
        });
    }
    limit.speed(tasks).await
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await.context("connecting to the server")?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends when its sender is dropped; what goes wrong shows at the sender.
    tokio::spawn(connection);
    Ok(sender)
}

fn request(bearer: &str, number: u64) -> Result<Request<Full<Bytes>>> {
    let customer = number % CUSTOMERS;
    let body = json!({
        "subject": format!("Cannot log in after the password reset ({number})"),
        "description": "Since this morning the sign-in page sends me back to itself, whatever browser I take.",
        "category": "account_access",
        "priority": "medium",
        "customer": {
            "id": format!("C-{customer}"),
            "email": format!("customer{customer}@example.org"),
            "name": format!("Customer {customer}"),
        },
        "tags": ["login", "password"],
        "source": "web_form",
    });
    Ok(Request::builder()
        .method(Method::POST)
        .uri("/api/v1/tickets")
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, bearer)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(serde_json::to_vec(&body)?)))?)
}
