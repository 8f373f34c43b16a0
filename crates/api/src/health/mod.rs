//! `GET /healthz` and `GET /readyz`: liveness and readiness, with every check.

mod checks;
mod probe;

use crate::{
    App,
    problem::{
        Check, Problem,
        kinds::{Draining, Lagging, LeaseLost, Unavailable},
    },
};
use axum::{Json, extract::State};
use checks::all_ok;
use delivery::LeaseState;
pub(crate) use probe::Probe;
use serde::Serialize;
use utoipa::ToSchema;

/// The process is alive.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alive {
    status: &'static str,
    checks: Vec<Check>,
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
    /// Operational events dropped since the start, because the store was too slow to write them. Absent when none was.
    #[serde(skip_serializing_if = "is_zero")]
    operational_dropped: u64,
    /// True while the operator has paused deliveries: events are accepted and wait. Absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    paused: bool,
    checks: Vec<Check>,
}

/// Number of entries in the journal beyond which the node is not ready.
const DEPTH_MAX: usize = 4_096;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Liveness probe
///
/// 200 while the process works. It does not depend on the store, since a restart would not mend the store; 503 means that
/// only a restart helps.
#[utoipa::path(get, path = "/healthz", tag = "Health", security(()),
    responses((status = 200, body = Alive), Unavailable))]
pub(crate) async fn healthz(State(app): State<App>) -> Result<Json<Alive>, Problem> {
    let ended = || Problem::busy("The task that writes to the store has ended; restart the process");
    let checks = all_ok(vec![("journal_task", (!app.engine.journal_runs()).then(ended))])?;
    Ok(Json(Alive { status: "ok", checks }))
}

/// Readiness probe
///
/// 200 when the process accepts events: the store takes writes, waiting deliveries can be read, the node has its lease,
/// it is not draining before a stop, and the journal has no large backlog. The body of a 503 has all checks too, and its
/// `code` is that of the first failed one.
#[utoipa::path(get, path = "/readyz", tag = "Health", security(()),
    responses((status = 200, body = Ready), Unavailable, LeaseLost, Draining, Lagging))]
pub(crate) async fn readyz(State(app): State<App>) -> Result<Json<Ready>, Problem> {
    let looked = app.probe.look(&*app.store).await;
    let health = app.engine.health();
    let mut checked = vec![("store_writable", looked.write), ("backlog_readable", looked.backlog)];
    let lost = || LeaseLost::problem("The node has lost its lease; other nodes may send its deliveries");
    match health.lease {
        LeaseState::NotNeeded => {}
        LeaseState::Held => checked.push(("lease", None)),
        LeaseState::Lost => checked.push(("lease", Some(lost()))),
    }
    let draining = || Draining::problem("The node is about to stop; send requests to another one");
    checked.push(("accepting", app.engine.is_draining().then(draining)));
    let lagging = || Lagging::problem("The journal's backlog is too large");
    checked.push(("journal_depth", (health.journal_depth > DEPTH_MAX).then(lagging)));
    let checks = all_ok(checked)?;
    Ok(Json(Ready {
        status: "ready",
        journal_depth: health.journal_depth,
        in_flight: health.lanes.in_flight,
        busy_lanes: health.lanes.busy_lanes,
        queued_bytes: health.lanes.queued_bytes,
        operational_dropped: health.operational_dropped,
        paused: app.engine.control.is_paused(),
        checks,
    }))
}
