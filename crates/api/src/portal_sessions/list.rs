//! `GET /api/v1/portal-sessions`.

use super::shown::PortalSessionShown;
use crate::{
    App,
    admin::OneTenant,
    auth::Admin,
    problem::{Problem, kinds::NotOperator},
    query::{InTenant, ListQuery},
    room::Room,
    schemas::Limit200,
};
use axum::{extract::State, response::Response};
use model::{PortalSession, PortalSessionId};
use storage::{Listed, Page};

type PortalSessionList = ListQuery<Limit200, InTenant<PortalSessionId>, OneTenant, 0>;

/// List portal links, newest first
///
/// For the operator. Links are listed for 30 days after they have ended.
#[utoipa::path(get, path = "/api/v1/portal-sessions", tag = "Portal links", params(PortalSessionList),
    responses((status = 200, body = [PortalSessionShown]), NotOperator))]
pub(crate) async fn list(
    State(app): State<App>,
    _: Admin,
    room: Room,
    list: PortalSessionList,
) -> Result<Response, Problem> {
    let Page { limit, offset, cursor } = list.page.clone();
    let page = Page { limit, offset, cursor: cursor.map(|place| place.id) };
    let links = app.store.portal_sessions(list.filter.scope(), page).await?;
    let (listed, now) = (Listed::up_to(limit, links, |link: &PortalSession| link.id.into()), app.clock.now());
    list.answer(&room, listed, None, |link| PortalSessionShown::new(link, now))
}
