//! `POST /api/v1/webhooks/replays/{id}/cancel`.

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

/// Cancel a replay
///
/// It queues nothing more, and cannot be resumed. What it has queued is sent; `POST /api/v1/webhooks/deliveries/cancel`
/// cancels that too.
#[utoipa::path(post, path = "/api/v1/webhooks/replays/{id}/cancel", tag = "Replays", params(("id" = String, Path)),
    responses((status = 200, body = ReplayShown), NoSuchReplay, ReplayEnded))]
pub(crate) async fn cancel(
    State(app): State<App>,
    member: Member<WriteReplays>,
    Path(id): Path<String>,
) -> Result<Json<ReplayShown>, Problem> {
    let replay = set_state(&app, member.tenant(), &id, ReplayState::Cancelled).await?;
    Ok(Json(ReplayShown::from(&replay)))
}
