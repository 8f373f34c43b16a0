//! `POST /api/v1/webhooks/replays/{id}/pause`.

use super::{set_state, shown::ReplayShown};
use crate::{
    App,
    auth::{Member, WriteReplays},
    problem::{
        Problem,
        kinds::{NoSuchReplay, ReplayEnded},
    },
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::ReplayState;

/// Pause a replay
///
/// It queues nothing more until it is resumed. What it has queued is sent.
#[utoipa::path(post, path = "/api/v1/webhooks/replays/{id}/pause", tag = "Replays", params(("id" = String, Path)),
    responses((status = 200, body = ReplayShown), NoSuchReplay, ReplayEnded))]
pub(crate) async fn pause(
    State(app): State<App>,
    member: Member<WriteReplays>,
    Path(id): Path<String>,
) -> Result<Json<ReplayShown>, Problem> {
    let replay = set_state(&app, member.tenant(), &id, ReplayState::Paused).await?;
    Ok(Json(ReplayShown::from(&replay)))
}
