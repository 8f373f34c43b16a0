//! Rate-limited log lines about refused and failed requests, each with its request id: a hostile client can neither
//! fill the disk with them nor hide other faults. Suppressed lines are counted.

use crate::problem::Problem;
use http::{Method, StatusCode};
use model::TraceId;
use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// Target of log lines about requests, for filters.
const TARGET: &str = "postrider::api";
/// Maximum number of lines of a kind within [`WINDOW`]; one more line has the number of the rest.
const LINES: u64 = 50;
const WINDOW: Duration = Duration::from_secs(10);

/// Logs requests that were refused or failed.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    /// Requests answered with 4xx.
    refused: Arc<Kind>,
    /// Requests answered with 5xx, limited separately so that client errors cannot hide them.
    failed: Arc<Kind>,
}

/// A request, as the log shows it.
pub(crate) struct LoggedRequest<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) method: &'a Method,
    /// Without the query, which may contain secrets.
    pub(crate) path: &'a str,
    pub(crate) peer: Option<SocketAddr>,
    /// The client of a trusted proxy, which is the peer.
    pub(crate) client: Option<IpAddr>,
    /// Of the client's span.
    pub(crate) trace: Option<TraceId>,
}

impl RequestLog {
    /// Logs a request that was refused or failed. The detail of a 4xx is not logged: it may repeat the client's input,
    /// which may contain a misplaced secret.
    pub(crate) fn note(&self, asked: &LoggedRequest<'_>, problem: &Problem) {
        let LoggedRequest { request_id, method, path, peer, client, trace } = asked;
        let trace_id = trace.as_ref().map(tracing::field::display);
        let (status, code) = (problem.status(), problem.code());
        let peer = peer.as_ref().map(tracing::field::display);
        let client = client.as_ref().map(tracing::field::display);
        let kind = if status.is_server_error() { &self.failed } else { &self.refused };
        if !kind.may_say(status) {
            return;
        }
        match problem.cause() {
            Some(cause) => {
                tracing::error!(target: TARGET, request_id, trace_id, %method, path, peer, client, status = status.as_u16(), code, cause, "request failed");
            }
            None if status.is_server_error() => {
                let detail = problem.detail();
                tracing::warn!(target: TARGET, request_id, trace_id, %method, path, peer, client, status = status.as_u16(), code, detail, "request failed");
            }
            None => {
                let fields = problem.fields();
                let fields = (!fields.is_empty()).then(|| fields.join(","));
                tracing::warn!(target: TARGET, request_id, trace_id, %method, path, peer, client, status = status.as_u16(), code, fields, "request refused");
            }
        }
    }
}

/// Logs a request that succeeded, at the level DEBUG.
pub(crate) fn answered(asked: &LoggedRequest<'_>, status: StatusCode) {
    let LoggedRequest { request_id, method, path, peer, client, trace } = asked;
    let trace_id = trace.as_ref().map(tracing::field::display);
    let peer = peer.as_ref().map(tracing::field::display);
    let client = client.as_ref().map(tracing::field::display);
    tracing::debug!(target: TARGET, request_id, trace_id, %method, path, peer, client, status = status.as_u16(), "request answered");
}

#[derive(Debug, Default)]
struct Kind {
    /// Lines logged in this window.
    said: AtomicU64,
    unsaid: AtomicU64,
    in_window: AtomicBool,
}

impl Kind {
    /// True when another line may be logged. The first line of a window starts it.
    fn may_say(self: &Arc<Self>, status: StatusCode) -> bool {
        if !self.in_window.swap(true, Relaxed) {
            let (kind, class) = (self.clone(), status.as_u16() / 100);
            tokio::spawn(async move {
                tokio::time::sleep(WINDOW).await;
                kind.in_window.store(false, Relaxed);
                kind.said.store(0, Relaxed);
                let unsaid = kind.unsaid.swap(0, Relaxed);
                if unsaid > 0 {
                    tracing::warn!(
                        target: TARGET,
                        count = unsaid,
                        seconds = WINDOW.as_secs(),
                        statuses = format!("{class}xx"),
                        "suppressed log lines about further requests like these"
                    );
                }
            });
        }
        let may = self.said.fetch_add(1, Relaxed) < LINES;
        if !may {
            self.unsaid.fetch_add(1, Relaxed);
        }
        may
    }
}
