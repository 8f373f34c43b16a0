//! `GET /healthz` and `GET /readyz`: liveness and readiness.

use crate::{
    App,
    problem::{
        Problem,
        kinds::{Lagging, Unavailable},
    },
};
use axum::{Json, extract::State};
use serde::Serialize;
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
    app.probe.look(&*app.store).await?;
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
