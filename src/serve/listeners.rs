//! The addresses Docket serves on, and their connections.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Layer;

/// How long a client may take for the head of a request, and be silent between two.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// A pause after a connection could not be taken, as when there are too many open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Bound addresses that nobody is served on yet.
pub(super) struct Listeners(Vec<TcpListener>);

/// Servers that run.
pub(super) struct Serving {
    tasks: TaskTracker,
    /// No more connections, no more requests on those there are.
    stop: CancellationToken,
    /// No more answers either.
    abort: CancellationToken,
    grace: Duration,
}

impl Listeners {
    /// Binds all addresses.
    pub(super) async fn bind(addresses: &[SocketAddr]) -> Result<Self> {
        let mut listeners = Vec::with_capacity(addresses.len());
        for address in addresses {
            match TcpListener::bind(address).await {
                Ok(listener) => listeners.push(listener),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => bail!(
                    "another program listens on {address} already; stop it, or choose another \
                     address with --listen"
                ),
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot listen on {address}"));
                }
            }
        }
        Ok(Self(listeners))
    }

    /// The addresses as bound: port 0 has become a free one.
    pub(super) fn addresses(&self) -> Result<Vec<SocketAddr>> {
        Ok(self.0.iter().map(TcpListener::local_addr).collect::<io::Result<_>>()?)
    }

    /// Serves the router on all of them. `grace` is how long requests may finish at the end.
    pub(super) fn serve(self, router: &Router, grace: Duration) -> Serving {
        let tasks = TaskTracker::new();
        let serving = Serving { tasks, stop: <_>::default(), abort: <_>::default(), grace };
        for listener in self.0 {
            serving.tasks.spawn(accept(
                listener,
                router.clone(),
                serving.tasks.clone(),
                serving.stop.clone(),
                serving.abort.clone(),
            ));
        }
        serving
    }
}

impl Serving {
    /// Takes no more connections, and lets running requests finish for a while.
    pub(super) async fn finish(self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(self.grace, self.tasks.wait()).await.is_err() {
            tracing::warn!(connections = self.tasks.len(), "some requests did not finish in time");
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop.cancel();
        self.abort.cancel();
    }
}

async fn accept(
    listener: TcpListener,
    router: Router,
    tasks: TaskTracker,
    stop: CancellationToken,
    abort: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = connection(stream, peer, router.clone(), stop.clone());
                let abort = abort.clone();
                tasks.spawn(async move {
                    tokio::select! {
                        () = abort.cancelled() => {}
                        () = connection => {}
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, stop: CancellationToken) {
    // Answers are written whole; waiting for more would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection stays with delays");
    }
    let service = Extension(ConnectInfo(peer)).layer(router);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // The client went away, or spoke something else than HTTP.
        tracing::debug!(%error, "a connection broke");
    }
}
