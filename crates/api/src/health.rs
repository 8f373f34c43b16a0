//! Liveness and readiness probes.

use crate::{
    App,
    problem::{
        Problem,
        kinds::{Lagging, Unavailable},
    },
};
use axum::{Json, extract::State};
use serde::Serialize;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use utoipa::ToSchema;

/// The process is alive.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alive {
    status: &'static str,
}

/// The process accepts events.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    status: &'static str,
    /// Entries that wait in the journal to be written.
    journal_depth: usize,
    /// Requests to receivers in flight.
    in_flight: usize,
    /// Subscriptions with deliveries queued or in flight.
    busy_lanes: usize,
    /// Bytes of deliveries in memory.
    queued_bytes: usize,
    /// True while the operator has paused deliveries: events are accepted and wait. Absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    paused: bool,
}

/// The result of a test write to the store, shared by the readiness requests of a second.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    /// Result of the last check; locked while a check is running.
    last: tokio::sync::Mutex<Option<Problem>>,
    /// Number of checks so far.
    looks: AtomicU64,
    /// True for [`FRESH`] after a successful check.
    is_fresh: Arc<AtomicBool>,
}

/// Time for which a successful check is reused.
const FRESH: Duration = Duration::from_secs(1);
/// A store that does not answer within this time is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

impl Probe {
    async fn look(&self, app: &App) -> Result<(), Problem> {
        if self.is_fresh.load(Relaxed) {
            return Ok(());
        }
        let looks = self.looks.load(Relaxed);
        let mut last = self.last.lock().await;
        // A request that waited here during the check of another one uses its result.
        if self.looks.load(Relaxed) == looks {
            *last = match tokio::time::timeout(PATIENCE, app.store.check_writable()).await {
                Ok(Ok(())) => None,
                Ok(Err(fault)) => Some(Problem::busy("The store is not writable now").because(&fault)),
                Err(_) => Some(Problem::busy("The store does not answer in time")),
            };
            self.looks.fetch_add(1, Relaxed);
            if last.is_none() {
                self.is_fresh.store(true, Relaxed);
                let is_fresh = self.is_fresh.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(FRESH).await;
                    is_fresh.store(false, Relaxed);
                });
            }
        }
        last.clone().map_or(Ok(()), Err)
    }
}

/// Liveness probe
#[utoipa::path(get, path = "/healthz", tag = "Health", security(()), responses((status = 200, body = Alive)))]
pub(crate) async fn healthz() -> Json<Alive> {
    Json(Alive { status: "ok" })
}

/// Readiness probe
///
/// 200 when the process accepts events: the store is writable, and the journal has no large backlog.
#[utoipa::path(get, path = "/readyz", tag = "Health", security(()),
    responses((status = 200, body = Ready), Unavailable, Lagging))]
pub(crate) async fn readyz(State(app): State<App>) -> Result<Json<Ready>, Problem> {
    app.probe.look(&app).await?;
    let health = app.engine.health();
    if health.journal_depth > 4_096 {
        return Err(Lagging::problem("The journal's backlog is too large"));
    }
    Ok(Json(Ready {
        status: "ready",
        journal_depth: health.journal_depth,
        in_flight: health.lanes.in_flight,
        busy_lanes: health.lanes.busy_lanes,
        queued_bytes: health.lanes.queued_bytes,
        paused: app.engine.control.is_paused(),
    }))
}
