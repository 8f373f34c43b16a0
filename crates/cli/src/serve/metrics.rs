//! The listener that serves metrics alone (`POSTRIDER_METRICS_LISTEN`).

use super::http::{self, Limits, Protocol};
use crate::{config::Config, output::notice};
use anyhow::Context;
use axum::Router;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Serves until it is stopped.
pub(super) struct Serving {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Listens, if it is configured.
pub(super) async fn bind(config: &Config) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = config.metrics_listen else { return Ok(None) };
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("POSTRIDER_METRICS_LISTEN: cannot listen on {address}"))?;
    Ok(Some(listener))
}

/// Starts to serve on the listener, if there is one.
pub(super) fn serve(
    listener: Option<TcpListener>,
    router: impl FnOnce() -> Router,
    limits: &Limits,
    protocol: &Protocol,
) -> anyhow::Result<Option<Serving>> {
    let Some(listener) = listener else { return Ok(None) };
    notice!("Metrics are served on http://{}/metrics", listener.local_addr()?);
    // Scrapers come from inside the network, so it has no TLS.
    let protocol = Protocol { tls: None, ..protocol.clone() };
    let (router, limits) = (router(), limits.clone());
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let stop = async {
            // A sender that is dropped stops it too.
            let _ = stopped.await;
        };
        http::serve(listener, router, limits, protocol, stop).await;
    });
    Ok(Some(Serving { stop, task }))
}

impl Serving {
    /// Lets running scrapes finish.
    pub(super) async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}
