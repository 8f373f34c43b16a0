//! `DELETE /api/v1/session`.

use super::cookie;
use crate::{App, auth::Identity, problem::Problem};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

/// Sign out
///
/// Ends the session of the cookie and clears it. For a caller with a key or a portal link there is nothing to end.
#[utoipa::path(delete, path = "/api/v1/session", tag = "Session",
    responses((status = 204, description = "Signed out")))]
pub(crate) async fn delete(
    State(app): State<App>,
    identity: Identity,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(signed_in) = &identity.session {
        app.store.remove_session(&signed_in.session.hash).await?;
        response.headers_mut().extend(cookie::clear(&app.settings, &headers).map(|value| (header::SET_COOKIE, value)));
    }
    Ok(response)
}
