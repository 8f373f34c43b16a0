//! `GET /api/v1/session`.

use super::shown::SessionShown;
use crate::{App, auth::Identity, problem::Problem};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};

/// Get the caller and its permissions
///
/// For every caller: the operator, a tenant's key, a session, a portal link. An expired portal link with a `refresh_url`
/// is a 401 with the header `Link: <refresh_url>; rel="refresh"`.
#[utoipa::path(get, path = "/api/v1/session", tag = "Session", responses((status = 200, body = SessionShown)))]
pub(crate) async fn get(State(app): State<App>, identity: Identity) -> Result<Response, Problem> {
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((no_store, Json(SessionShown::new(&identity, &app.settings))).into_response())
}
