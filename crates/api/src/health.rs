//! Liveness and readiness, for whoever watches the process.

use crate::{App, problem::Problem};
use axum::{Json, extract::State};
use http::StatusCode;
use serde::Serialize;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use utoipa::ToSchema;

/// The process runs.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alive {
    status: &'static str,
}

/// The process can take events.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    status: &'static str,
    /// What waits to be written.
    journal_depth: usize,
    /// Requests to receivers under way.
    in_flight: usize,
    /// Subscriptions with anything queued or under way.
    busy_lanes: usize,
    /// Bytes of deliveries in memory.
    queued_bytes: usize,
    /// Events are taken and nothing is sent, until the operator resumes it; absent when that is not so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    paused: bool,
}

/// What is known of the store: it is really written to, but not for every request that asks.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    /// What the last look has found; held while one is under way.
    last: tokio::sync::Mutex<Option<Problem>>,
    /// Looks so far.
    looks: AtomicU64,
    /// The last one was good, and a moment ago.
    is_fresh: Arc<AtomicBool>,
}

/// A store that was well is not asked again for so long.
const FRESH: Duration = Duration::from_secs(1);
/// One that does not answer within this is not well.
const PATIENCE: Duration = Duration::from_secs(2);

impl Probe {
    async fn look(&self, app: &App) -> Result<(), Problem> {
        if self.is_fresh.load(Relaxed) {
            return Ok(());
        }
        let looks = self.looks.load(Relaxed);
        let mut last = self.last.lock().await;
        // Whoever waited here while another one looked takes what it has found.
        if self.looks.load(Relaxed) == looks {
            *last = match tokio::time::timeout(PATIENCE, app.store.check_writable()).await {
                Ok(Ok(())) => None,
                Ok(Err(fault)) => Some(Problem::busy("The store cannot be written to now").because(&fault)),
                Err(_) => Some(Problem::busy("The store does not answer")),
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

/// Whether the process runs
#[utoipa::path(get, path = "/healthz", tag = "Health", security(()), responses((status = 200, body = Alive)))]
pub(crate) async fn healthz() -> Json<Alive> {
    Json(Alive { status: "ok" })
}

/// Whether the process can take events: the store is writable, and what waits to be written is not piling up
#[utoipa::path(get, path = "/readyz", tag = "Health", security(()),
    responses((status = 200, body = Ready), (status = 503, description = "Not now")))]
pub(crate) async fn readyz(State(app): State<App>) -> Result<Json<Ready>, Problem> {
    app.probe.look(&app).await?;
    let health = app.engine.health();
    if health.journal_depth > 4_096 {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "lagging", "More is published than is written"));
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
