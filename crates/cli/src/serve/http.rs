//! Accepts connections until told to stop, then lets those that are there finish.

use super::framing::Checked;
use anyhow::Context;
use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use std::time::Duration;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// Requests that are under way when the server stops may take so long.
const FINISH: Duration = Duration::from_secs(10);
/// A client may take so long to send its headers.
const HEADERS: Duration = Duration::from_secs(30);

pub(super) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS).pipeline_flush(true);
    server.http2().timer(TokioTimer::new()).keep_alive_interval(Some(Duration::from_secs(60)));
    let service = TowerToHyperService::new(router);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(fault) => {
                // Out of file descriptors, most likely: others will be closed.
                tracing::warn!(error = %fault, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let connection = server.serve_connection(TokioIo::new(Checked::new(stream)), service.clone()).into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(fault) = watched.await {
                tracing::debug!(error = %fault, "a connection ended badly");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(FINISH, graceful.shutdown()).await.is_err() {
        tracing::warn!("some clients did not finish in time");
    }
}

/// Returns at the first SIGTERM or SIGINT from now on.
pub(super) fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let listen = |kind| signal(kind).context("signals cannot be listened for");
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
