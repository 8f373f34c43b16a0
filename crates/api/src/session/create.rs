//! `POST /api/v1/session`.

use super::{SESSIONS_PER_KEY, cookie, shown::SessionShown};
use crate::{
    App,
    auth::{Caller, FromAddress, Identity, KeyRefusal, SignedIn, by_key, csrf_token, hash_key, is_foreign},
    body::{Raw, parse},
    problem::{
        Problem,
        kinds::{Forbidden, InvalidCredentials, Unavailable},
    },
    warnings::Warnings,
};
use axum::{
    Json,
    extract::{FromRequestParts, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header, request::Parts};
use model::Session;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Maximum size of the body, which nobody has authorised.
const BODY_MAX: usize = 4_096;

/// Either a key or a one-time code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The operator's key or a tenant's.
    #[schema(example = "pk_…")]
    key: Option<String>,
    /// The code in the link that `serve --dev` prints; valid once, for ten minutes.
    code: Option<String>,
}

/// Refuses pages of other origins: they could sign a browser in as somebody else.
pub(crate) struct OwnOrigin;

impl FromRequestParts<App> for OwnOrigin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if is_foreign(&parts.headers, &app.settings) {
            return Err(Forbidden::problem("A page of another origin may not sign in here"));
        }
        Ok(Self)
    }
}

/// Sign in
///
/// Exchanges a key for a session, whose cookie is `HttpOnly` and `SameSite=Strict`. The session ends with the key, after
/// 12 hours without use, and after 7 days. Requests that change something need its `csrf_token` in `X-CSRF-Token`.
#[utoipa::path(post, path = "/api/v1/session", tag = "Session", security(()), request_body = Credentials,
    responses((status = 201, body = SessionShown, headers(("Set-Cookie" = String, description = "The session"))),
              InvalidCredentials, Forbidden, Unavailable))]
pub(crate) async fn create(
    State(app): State<App>,
    _: OwnOrigin,
    headers: HeaderMap,
    from: FromAddress,
    warnings: Warnings,
    body: Raw<BODY_MAX>,
) -> Result<Response, Problem> {
    let given: Credentials = parse(&body, &warnings)?;
    let (caller, key_hash) = match (given.key, given.code) {
        (Some(key), None) => of_key(&app, key.trim(), from).await?,
        (None, Some(code)) if app.codes.take(&code, app.clock.now()) => (Caller::Operator, app.admin_key_hash),
        (None, Some(_)) => {
            let detail = "The code is not valid: it is valid once and for ten minutes; restart the server for another";
            return Err(InvalidCredentials::problem(detail));
        }
        _ => return Err(Problem::invalid("key", "Give either key or code")),
    };
    let mut random = [0; 32];
    app.ids.secret(&mut random);
    let token = signing::generate_url_safe(random);
    let tenant = match &caller {
        Caller::Tenant(key) => Some(key.tenant.clone()),
        Caller::Operator | Caller::Portal(_) | Caller::User(_) => None,
    };
    let session = Session::begin(hash_key(&token), key_hash, tenant, app.clock.now());
    app.store.insert_session(&session, SESSIONS_PER_KEY).await?;
    let signed_in = Some(Arc::new(SignedIn { session, csrf_token: csrf_token(&token) }));
    let shown = SessionShown::new(&Identity { caller, session: signed_in }, &app.settings);
    let mut response = (StatusCode::CREATED, Json(shown)).into_response();
    let cookie = cookie::set(&app.settings, &headers, &token);
    response.headers_mut().extend(cookie.map(|value| (header::SET_COOKIE, value)));
    Ok(response)
}

async fn of_key(app: &App, key: &str, from: FromAddress) -> Result<(Caller, [u8; 32]), Problem> {
    let hash = hash_key(key);
    let refused = |fault: KeyRefusal| InvalidCredentials::problem(fault.to_string());
    let caller = by_key(app, &hash, from).await.map_err(refused)?;
    Ok((caller, hash))
}
