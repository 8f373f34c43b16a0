//! `POST /api/v1/nodes/pause`.

use super::Pause;
use crate::{
    App,
    auth::Admin,
    finish,
    problem::{Problem, kinds::NotOperator},
};
use axum::{Json, extract::State};

/// Pause the deliveries of the whole installation
///
/// No node sends anything for any tenant until `POST /api/v1/nodes/resume`; requests in flight are finished. Events are
/// accepted and wait. The pause is kept in the store, so it survives a restart. Other nodes follow within a second.
#[utoipa::path(post, path = "/api/v1/nodes/pause", tag = "Nodes", responses((status = 200, body = Pause), NotOperator))]
pub(crate) async fn pause(State(app): State<App>, _: Admin) -> Result<Json<Pause>, Problem> {
    let engine = app.engine.clone();
    finish(async move { engine.control.set_paused(true).await }).await??;
    Ok(Json(Pause { paused: true }))
}
