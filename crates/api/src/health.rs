//! Liveness and readiness, for whoever watches the process.

use crate::{App, problem::Problem};
use axum::{Json, extract::State};
use http::StatusCode;
use serde::Serialize;
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
    app.store.check_writable().await?;
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
    }))
}
