//! `GET /api/v1/admin/overview`: the live view of an installation in one call.

mod measured;
mod shown;

use crate::{
    App,
    auth::Admin,
    problem::{Problem, kinds::NotOperator},
};
use axum::{Json, extract::State};
pub(crate) use measured::Measuring;
use shown::OverviewShown;

/// Subscriptions listed, at most.
const TROUBLED: usize = 200;

/// Live view of the installation
///
/// For dashboards such as `postrider top`, which call it every second or two. Counts, subscriptions in trouble and
/// recent errors are those of the node that answers; backlog and nodes are those of the store. The backlog is counted
/// within bounds, and at most as often as takes 5 % of a processor: `measured_at` has its time.
#[utoipa::path(get, path = "/api/v1/admin/overview", tag = "Operator",
    responses((status = 200, body = OverviewShown), NotOperator))]
pub(crate) async fn overview(State(app): State<App>, _: Admin) -> Result<Json<OverviewShown>, Problem> {
    let measured = app.measuring.get(&*app.store, &*app.clock).await?;
    let node = app.engine.overview(TROUBLED);
    Ok(Json(OverviewShown::new(&app, &node, &measured)))
}
