//! The addresses Docket serves on.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Bound addresses that nobody is served on yet.
pub(super) struct Listeners(Vec<TcpListener>);

/// Servers that run.
pub(super) struct Serving {
    stop: CancellationToken,
    servers: JoinSet<io::Result<()>>,
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

    /// Serves the router on all of them.
    pub(super) fn serve(self, router: Router, grace: Duration) -> Serving {
        let stop = CancellationToken::new();
        let mut servers = JoinSet::new();
        for listener in self.0 {
            let listener = listener.tap_io(|stream| {
                // Answers are written whole; waiting for more would only delay them.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection stays with delays");
                }
            });
            let service = router.clone().into_make_service_with_connect_info::<SocketAddr>();
            let server = axum::serve(listener, service)
                .with_graceful_shutdown(stop.clone().cancelled_owned());
            servers.spawn(server.into_future());
        }
        Serving { stop, servers, grace }
    }
}

impl Serving {
    /// Takes no more connections, and lets running requests finish for a while.
    pub(super) async fn finish(mut self) -> Result<()> {
        self.stop.cancel();
        let finishing = async {
            while let Some(ended) = self.servers.join_next().await {
                ended??;
            }
            Ok(())
        };
        match tokio::time::timeout(self.grace, finishing).await {
            Ok(finished) => finished,
            Err(_) => {
                tracing::warn!("some requests did not finish in time");
                Ok(())
            }
        }
    }
}
