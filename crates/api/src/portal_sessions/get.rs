//! `GET /api/v1/portal-sessions/{id}`.

use super::{missing, parse, shown::PortalSessionShown};
use crate::{
    App,
    auth::Admin,
    problem::{
        Problem,
        kinds::{NoSuchPortalSession, NotOperator},
    },
};
use axum::{
    Json,
    extract::{Path, State},
};

/// Get a portal link
///
/// For the operator. Links are kept for 30 days after they have ended.
#[utoipa::path(get, path = "/api/v1/portal-sessions/{id}", tag = "Portal links", params(("id" = String, Path)),
    responses((status = 200, body = PortalSessionShown), NotOperator, NoSuchPortalSession))]
pub(crate) async fn get(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<String>,
) -> Result<Json<PortalSessionShown>, Problem> {
    let link = app.store.portal_session(parse(&id)?).await?.ok_or_else(|| missing(&id))?;
    Ok(Json(PortalSessionShown::new(&link, app.clock.now())))
}
