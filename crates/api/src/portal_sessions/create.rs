//! `POST /api/v1/portal-sessions`.

use super::{
    request::{NewPortalSession, Wanted},
    shown::{CreatedPortalSession, PortalSessionShown},
};
use crate::{
    App,
    auth::{Admin, PORTAL_PREFIX, hash_key},
    body::JsonBody,
    outside,
    problem::{
        Problem,
        kinds::{NoSuchTenant, NotOperator, TooManyPortalSessions},
    },
};
use axum::{Json, extract::State};
use http::{HeaderMap, StatusCode};
use model::PortalSession;
use std::time::Duration;
use storage::InsertPortalSession;

/// Create a portal link
///
/// For the operator. Send the customer's browser to `url`, or embed it in a page of one of the allowed ancestors. The
/// token is a bearer credential for one tenant: it can be revoked, and it expires.
#[utoipa::path(post, path = "/api/v1/portal-sessions", tag = "Portal links", request_body = NewPortalSession,
    responses((status = 201, body = CreatedPortalSession), NotOperator, NoSuchTenant, TooManyPortalSessions))]
pub(crate) async fn create(
    State(app): State<App>,
    _: Admin,
    headers: HeaderMap,
    JsonBody(body): JsonBody<NewPortalSession>,
) -> Result<(StatusCode, Json<CreatedPortalSession>), Problem> {
    let Wanted { tenant, mode, capabilities, lifetime, appearance, return_url, refresh_url, allowed_ancestors } =
        body.check(&app.settings)?;
    app.require_tenant(&tenant, true).await?;
    let mut random = [0; 32];
    app.ids.secret(&mut random);
    let token = format!("{PORTAL_PREFIX}{}", signing::generate_url_safe(random));
    let now = app.clock.now();
    let link = PortalSession {
        id: app.ids.portal_session(now),
        tenant,
        hash: hash_key(&token),
        mode,
        capabilities,
        appearance,
        return_url,
        refresh_url,
        allowed_ancestors,
        created_at: now,
        expires_at: now.after(Duration::from_secs(lifetime)),
        revoked_at: None,
        last_used_at: None,
    };
    let most = app.settings.portal_sessions_max;
    match app.store.insert_portal_session(&link, most).await? {
        InsertPortalSession::Done => {}
        InsertPortalSession::NoTenant => {
            return Err(NoSuchTenant::problem(format!("Tenant not found: {}", link.tenant)));
        }
        InsertPortalSession::TooMany => {
            let detail = format!("The tenant has {most} active portal links, which is the maximum: revoke some first");
            return Err(TooManyPortalSessions::problem(detail));
        }
    }
    let url = format!("{}/portal/{}#{token}", outside::base(&app.settings, &headers), link.id);
    let shown = PortalSessionShown::new(&link, now);
    Ok((StatusCode::CREATED, Json(CreatedPortalSession { shown, url, token })))
}
