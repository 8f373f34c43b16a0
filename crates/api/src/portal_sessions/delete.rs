//! `DELETE /api/v1/portal-sessions/{id}`.

use super::{missing, parse};
use crate::{
    App,
    auth::Admin,
    problem::{
        Problem,
        kinds::{NoSuchPortalSession, NotOperator},
    },
};
use axum::extract::{Path, State};
use http::StatusCode;
use storage::DeleteOutcome;

/// Revoke a portal link
///
/// For the operator. The link stops working at once; the list shows it for 30 days.
#[utoipa::path(delete, path = "/api/v1/portal-sessions/{id}", tag = "Portal links", params(("id" = String, Path)),
    responses((status = 204, description = "Revoked"), NotOperator, NoSuchPortalSession))]
pub(crate) async fn delete(State(app): State<App>, _: Admin, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    match app.store.revoke_portal_session(parse(&id)?, app.clock.now()).await? {
        DeleteOutcome::Done => Ok(StatusCode::NO_CONTENT),
        DeleteOutcome::Missing => Err(missing(&id)),
    }
}
