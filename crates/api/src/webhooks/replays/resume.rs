//! `POST /api/v1/webhooks/replays/{id}/resume`.

use super::{set_state, shown::ReplayShown};
use crate::{
    App,
    auth::{Member, WriteReplays},
    problem::{
        Problem,
        kinds::{NoSuchReplay, ReplayEnded, SubscriptionInactive},
    },
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::ReplayState;

/// Resume a replay
///
/// It continues at its position.
#[utoipa::path(post, path = "/api/v1/webhooks/replays/{id}/resume", tag = "Replays", params(("id" = String, Path)),
    responses((status = 200, body = ReplayShown), NoSuchReplay, ReplayEnded, SubscriptionInactive))]
pub(crate) async fn resume(
    State(app): State<App>,
    member: Member<WriteReplays>,
    Path(id): Path<String>,
) -> Result<Json<ReplayShown>, Problem> {
    let replay = set_state(&app, member.tenant(), &id, ReplayState::Running).await?;
    Ok(Json(ReplayShown::from(&replay)))
}
