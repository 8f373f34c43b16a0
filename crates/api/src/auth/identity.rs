//! The identity of a caller: the one place where keys, sessions and portal links are recognised.

use super::{
    address::FromAddress,
    credential::{self, Credential},
    hash::hash_key,
    tokens::NoUser,
};
use crate::{
    App,
    problem::{
        Problem,
        kinds::{CsrfTokenRequired, Unauthorized, Unavailable},
    },
};
use axum::extract::FromRequestParts;
use http::{HeaderName, HeaderValue, header, request::Parts};
use identity::{User, looks_like};
use model::{
    PortalSession, Session, TenantKey,
    portal::{PortalState, WebUrl},
};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// A caller that was recognised.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    Operator,
    Tenant(Arc<TenantKey>),
    Portal(Arc<PortalSession>),
    /// A user of the platform, or somebody of the operator, with a JSON Web Token.
    User(Arc<User>),
}

/// A caller with the session by which it was recognised, if it was one.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) caller: Caller,
    pub(crate) session: Option<Arc<SignedIn>>,
}

/// A sign-in session with the token that its unsafe requests must repeat.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) session: Session,
    pub(crate) csrf_token: String,
}

pub(crate) const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// Prefix of the tokens of portal links, which are bearer credentials like keys.
pub(crate) const PORTAL_PREFIX: &str = "pt_";

/// The token that unsafe requests of a session must repeat in a header. Only pages of this origin can read it; it follows
/// from the cookie, so nothing is stored.
pub(crate) fn csrf_token(cookie: &str) -> String {
    let digest = Sha256::new().chain_update(b"postrider csrf token\0").chain_update(cookie.as_bytes()).finalize();
    signing::generate_url_safe(digest.into())
}

impl FromRequestParts<App> for Identity {
    type Rejection = Problem;

    /// Handlers may need several extractors with the caller, so it is looked up once per request.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let found = match credential::read(&parts.method, &parts.headers, &app.settings)? {
            Credential::Session(cookie) => of_session(app, parts, cookie).await?,
            Credential::Key(token) if token.starts_with(PORTAL_PREFIX) => {
                Self { caller: Caller::Portal(portal(app, token).await?), session: None }
            }
            Credential::Key(key) => {
                Self { caller: by_text(app, key, FromAddress::of(&parts.extensions)).await?, session: None }
            }
        };
        parts.extensions.insert(found.clone());
        Ok(found)
    }
}

/// Reason why a key does not admit a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyRefusal {
    #[error("The key is not known")]
    Unknown,
    #[error("The key has expired")]
    Expired,
    #[error("The key may not be used from this address")]
    Network,
}

/// The holder of a key or a token.
async fn by_text(app: &App, text: &str, from: FromAddress) -> Result<Caller, Problem> {
    let refused = |fault: KeyRefusal| Unauthorized::problem(fault.to_string());
    let hash = hash_key(text);
    match (look_up(app, &hash, from), &app.settings.tokens) {
        (Err(KeyRefusal::Unknown), Some(tokens)) if looks_like(text) => {
            let found = tokens.user(text, app.clock.now()).await;
            found.map(|user| Caller::User(Arc::new(user))).map_err(|fault| match fault {
                NoUser::Refused(refusal) => Unauthorized::problem(refusal.to_string()),
                NoUser::NoKeys => Unavailable::problem("The keys of the identity provider cannot be read"),
            })
        }
        (Err(KeyRefusal::Unknown), _) => by_key(app, &hash, from).await.map_err(refused),
        (found, _) => found.map_err(refused),
    }
}

/// The holder of a key: the operator or a tenant.
pub(crate) async fn by_key(app: &App, hash: &[u8; 32], from: FromAddress) -> Result<Caller, KeyRefusal> {
    match look_up(app, hash, from) {
        // Another node may have created the key a moment ago.
        Err(KeyRefusal::Unknown) if app.look().await => look_up(app, hash, from),
        found => found,
    }
}

fn look_up(app: &App, hash: &[u8; 32], FromAddress(address): FromAddress) -> Result<Caller, KeyRefusal> {
    let Some(known) = app.directory.key(hash) else {
        let is_operator = bool::from(hash.ct_eq(&app.admin_key_hash));
        return if is_operator { Ok(Caller::Operator) } else { Err(KeyRefusal::Unknown) };
    };
    let now = app.clock.now();
    if known.is_expired(now) {
        return Err(KeyRefusal::Expired);
    }
    if !known.networks.allow(address) {
        return Err(KeyRefusal::Network);
    }
    app.key_uses.used(&known, now);
    Ok(Caller::Tenant(known))
}

async fn of_session(app: &App, parts: &Parts, cookie: &str) -> Result<Identity, Problem> {
    let now = app.clock.now();
    let ended = || Unauthorized::problem("The session has ended; sign in again");
    let session = app.store.session(&hash_key(cookie)).await?.filter(|one| one.is_live(now)).ok_or_else(ended)?;
    let from = FromAddress::of(&parts.extensions);
    let caller = by_key(app, &session.key_hash, from).await.map_err(|fault| match fault {
        KeyRefusal::Network => Unauthorized::problem(fault.to_string()),
        KeyRefusal::Unknown | KeyRefusal::Expired => ended(),
    })?;
    let csrf_token = csrf_token(cookie);
    let given = parts.headers.get(CSRF_TOKEN).map_or(&b""[..], HeaderValue::as_bytes);
    if !parts.method.is_safe() && !bool::from(given.ct_eq(csrf_token.as_bytes())) {
        let detail = "A request that is authorised by the session cookie needs the header X-CSRF-Token with the \
                      csrf_token of GET /api/v1/session";
        return Err(CsrfTokenRequired::problem(detail));
    }
    if let Some(used) = session.used(now)
        && let Err(fault) = app.store.renew_session(&used).await
    {
        // The session is valid all the same, and its next use is recorded.
        tracing::warn!(error = %fault, "failed to record the use of a session");
    }
    let session = session.used(now).unwrap_or(session);
    Ok(Identity { caller, session: Some(Arc::new(SignedIn { session, csrf_token })) })
}

async fn portal(app: &App, token: &str) -> Result<Arc<PortalSession>, Problem> {
    let now = app.clock.now();
    let found = app.store.portal_session_by_token(&hash_key(token)).await?;
    let link = found.ok_or_else(|| Unauthorized::problem("The portal link is not known"))?;
    match link.state(now) {
        PortalState::Active => {}
        PortalState::Revoked => return Err(Unauthorized::problem("The portal link was revoked")),
        PortalState::Expired => return Err(expired(link.refresh_url.as_ref())),
    }
    if link.must_record(now)
        && let Err(fault) = app.store.use_portal_session(link.id, now).await
    {
        tracing::warn!(error = %fault, "failed to record the use of a portal link");
    }
    Ok(Arc::new(link))
}

/// Names the page that gives a new link, since the page of the expired one may read nothing else.
fn expired(refresh_url: Option<&WebUrl>) -> Problem {
    let problem = Unauthorized::problem("The portal link has expired");
    match refresh_url.and_then(|url| HeaderValue::try_from(format!("<{url}>; rel=\"refresh\"")).ok()) {
        Some(link) => problem.setting(header::LINK, link),
        None => problem,
    }
}
