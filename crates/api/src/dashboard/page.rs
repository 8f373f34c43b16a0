//! The page: the same for dashboard and portal, never cached, with a policy that allows nothing from elsewhere.

use super::bundle::BUNDLE;
use crate::{App, problem::Problem};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, header};
use model::{PortalSession, PortalSessionId};
use std::sync::LazyLock;

static PAGE: LazyLock<String> = LazyLock::new(|| BUNDLE.page());

/// The page at `path`. The page of a portal link may be embedded by the link's ancestors, and shows its images.
pub(super) async fn answer(app: &App, path: &str) -> Result<Response, Problem> {
    let link = match link_id(path) {
        Some(id) => app.store.portal_session(id).await?,
        None => None,
    };
    let mut random = [0; 32];
    app.ids.secret(&mut random);
    let nonce = signing::generate_url_safe(random);
    let base = app.settings.public_url.as_ref().map_or("", |url| url.path());
    let html = PAGE.replace("{{nonce}}", &nonce).replace("{{base}}", &format!("{base}/"));
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy =
        HeaderValue::try_from(policy(&nonce, link.as_ref())).map_err(|fault| Problem::internal().because(&fault))?;
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// The id of the portal link whose page or screen (`/portal/{id}/deliveries`) a path is.
fn link_id(path: &str) -> Option<PortalSessionId> {
    let rest = path.strip_prefix("/portal/")?;
    let id = rest.split_once('/').map_or(rest, |(id, _)| id);
    PortalSessionId::parse(id).ok()
}

/// The Content-Security-Policy. Libraries of the page add `<style>` elements, for which the nonce is; scripts are files
/// only.
fn policy(nonce: &str, link: Option<&PortalSession>) -> String {
    let ancestors = link.map(|link| link.allowed_ancestors.join(" ")).filter(|all| !all.is_empty());
    let mut images = vec!["'self'".to_owned()];
    for origin in link.into_iter().flat_map(|link| link.appearance.images()).filter_map(|url| url.origin()) {
        if !images.contains(&origin) {
            images.push(origin);
        }
    }
    format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src {}; connect-src 'self'; \
         object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors {}",
        images.join(" "),
        ancestors.as_deref().unwrap_or("'none'"),
    )
}
