//! `GET /api/v1/webhooks/replays/{id}`.

use super::{missing, parse, shown::ReplayDetail};
use crate::{
    App,
    auth::{Member, Read},
    problem::{Problem, kinds::NoSuchReplay},
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::Queue;

/// Get the progress of a replay
#[utoipa::path(get, path = "/api/v1/webhooks/replays/{id}", tag = "Replays", params(("id" = String, Path)),
    responses((status = 200, body = ReplayDetail), NoSuchReplay))]
pub(crate) async fn get(
    State(app): State<App>,
    member: Member<Read>,
    Path(id): Path<String>,
) -> Result<Json<ReplayDetail>, Problem> {
    let tenant = member.tenant();
    let replay = app.store.replay(tenant, parse(&id)?).await?.ok_or_else(|| missing(&id))?;
    let backlog = app.store.backlog(tenant, replay.subscription).await?;
    let waiting = backlog.queues.iter().find(|one| one.queue == Queue::Replay).map_or(0, |one| one.waiting);
    Ok(Json(ReplayDetail::new(&replay, waiting)))
}
