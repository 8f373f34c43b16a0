//! `GET /api/v1/webhooks/replays`.

use super::shown::ReplayShown;
use crate::{
    App,
    auth::{Member, Read},
    problem::Problem,
    query::{InTenant, ListQuery},
    room::Room,
    schemas::Limit200,
};
use axum::{extract::State, response::Response};
use model::{Replay, ReplayId};
use storage::{Listed, Page};

type ReplayList = ListQuery<Limit200, InTenant<ReplayId>, (), 0>;

/// List replays, newest first
///
/// Replays are listed for 90 days after their end.
#[utoipa::path(get, path = "/api/v1/webhooks/replays", tag = "Replays", params(ReplayList),
    responses((status = 200, body = [ReplayShown])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    list: ReplayList,
) -> Result<Response, Problem> {
    let page = Page {
        limit: list.page.limit,
        offset: list.page.offset,
        cursor: list.page.cursor.as_ref().map(|place| place.id),
    };
    let rows = app.store.replays(member.tenant(), page).await?;
    let listed = Listed::up_to(list.page.limit, rows, |replay: &Replay| replay.id.into());
    list.answer(&room, listed, None, |replay| ReplayShown::from(replay))
}
