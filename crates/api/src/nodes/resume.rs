//! `POST /api/v1/nodes/resume`.

use super::Pause;
use crate::{
    App,
    auth::Admin,
    finish,
    problem::{Problem, kinds::NotOperator},
};
use axum::{Json, extract::State};

/// Resume the deliveries of the whole installation
///
/// Waiting deliveries are sent now. Resume a restored copy only when no other copy sends.
#[utoipa::path(post, path = "/api/v1/nodes/resume", tag = "Nodes", responses((status = 200, body = Pause), NotOperator))]
pub(crate) async fn resume(State(app): State<App>, _: Admin) -> Result<Json<Pause>, Problem> {
    let engine = app.engine.clone();
    finish(async move { engine.control.set_paused(false).await }).await??;
    Ok(Json(Pause { paused: false }))
}
