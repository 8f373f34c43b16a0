//! Lines of the log about refused and failed requests: each with its request's id, and so many that a hostile client can
//! neither fill the disk with them nor hide what else is wrong. What is not shown is counted.

use crate::problem::Problem;
use http::{Method, StatusCode};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// By this name lines about requests can be filtered.
const TARGET: &str = "postrider::api";
/// Lines of a kind within [`WINDOW`], at most; the rest is one line with their number.
const LINES: u64 = 50;
const WINDOW: Duration = Duration::from_secs(10);

/// What the log is told about requests that went wrong.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    /// Answered with 4xx.
    refused: Arc<Kind>,
    /// Answered with 5xx: apart, so that no client's mistakes hide ours.
    failed: Arc<Kind>,
}

/// A request, as the log shows it.
pub(crate) struct Asked<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) method: &'a Method,
    /// Without the query: that may have anything in it.
    pub(crate) path: &'a str,
    pub(crate) peer: Option<SocketAddr>,
}

impl RequestLog {
    /// Says what became of a request that was not done. The detail that the client gets is not shown: it may repeat what the
    /// client sent, and that may be a secret in the wrong place.
    pub(crate) fn note(&self, asked: &Asked<'_>, problem: &Problem) {
        let Asked { request_id, method, path, peer } = asked;
        let (status, code) = (problem.status(), problem.code());
        let peer = peer.as_ref().map(tracing::field::display);
        let kind = if status.is_server_error() { &self.failed } else { &self.refused };
        if !kind.may_say(status) {
            return;
        }
        match problem.cause() {
            Some(cause) => {
                tracing::error!(target: TARGET, request_id, %method, path, peer, status = status.as_u16(), code, cause, "request failed");
            }
            None if status.is_server_error() => {
                let detail = problem.detail();
                tracing::warn!(target: TARGET, request_id, %method, path, peer, status = status.as_u16(), code, detail, "request failed");
            }
            None => {
                let fields = problem.fields();
                let fields = (!fields.is_empty()).then(|| fields.join(","));
                tracing::warn!(target: TARGET, request_id, %method, path, peer, status = status.as_u16(), code, fields, "request refused");
            }
        }
    }
}

#[derive(Debug, Default)]
struct Kind {
    /// In this window.
    said: AtomicU64,
    unsaid: AtomicU64,
    in_window: AtomicBool,
}

impl Kind {
    /// Whether there may be another line. The first of a window begins it.
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
                        "more requests like these are not shown one by one"
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
