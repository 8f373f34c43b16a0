//! Authentication and authorisation of callers (`docs/contracts.md`).

mod credential;
mod directory;

use crate::{
    App,
    memory::Owner,
    problem::{
        Problem,
        kinds::{BadRequest, Forbidden, NotOperator, Unauthorized},
    },
};
use axum::extract::FromRequestParts;
pub(crate) use directory::Directory;
use http::{HeaderMap, request::Parts};
use model::{Scope, TenantId, TenantKey, key::Scopes};
use sha2::{Digest, Sha256};
use std::{marker::PhantomData, sync::Arc};
use subtle::ConstantTimeEq;

/// SHA-256 of a key. Keys have enough entropy that no slow password hash is needed.
pub fn hash_key(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// The operator; any other key is a 403.
pub(crate) struct Admin;

/// The permission that an endpoint requires. Checked before the body is read.
pub(crate) trait Permission: Send + Sync + 'static {
    /// Any of these scopes suffices; the 403 for callers that have none names the first.
    const ANY_OF: &'static [Scope];
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident: $($scope:ident),+;)*) => {
        $($(#[$doc])* #[derive(Debug)] pub(crate) struct $name;
        impl Permission for $name {
            const ANY_OF: &'static [Scope] = &[$(Scope::$scope),+];
        })*
    };
}

permissions! {
    /// Publish events.
    Publish: EventsPublish;
    /// Change subscriptions, retry deliveries.
    Manage: WebhooksManage;
    /// Read everything but secrets.
    Read: WebhooksRead, WebhooksManage;
    /// Replace signing secrets.
    RotateSecret: SecretRotate, WebhooksManage;
    /// Read signing secrets.
    ViewSecret: SecretView;
}

/// A caller that acts in one tenant and has the permission `P` there.
#[derive(Debug)]
pub(crate) struct Member<P> {
    tenant: TenantId,
    scopes: Scopes,
    permission: PhantomData<P>,
}

impl<P> Member<P> {
    pub(crate) const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// True when signing secrets and the values of custom headers may be shown.
    pub(crate) const fn sees_secrets(&self) -> bool {
        self.scopes.has(Scope::SecretView)
    }
}

/// A caller with the permission `P` in one tenant, or the operator, who may see all tenants at once.
#[derive(Debug)]
pub(crate) enum Viewer<P> {
    /// The operator, without `X-Tenant-Id`.
    All,
    Of {
        member: Member<P>,
        is_operator: bool,
    },
}

impl<P> Viewer<P> {
    /// The tenant to be shown; `None` for all.
    pub(crate) const fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::All => None,
            Self::Of { member, .. } => Some(&member.tenant),
        }
    }

    pub(crate) const fn is_operator(&self) -> bool {
        matches!(self, Self::All | Self::Of { is_operator: true, .. })
    }
}

enum Caller {
    Admin,
    Key(Arc<TenantKey>),
}

async fn caller(app: &App, parts: &Parts) -> Result<Caller, Problem> {
    let key = credential::read(&parts.method, &parts.headers, &app.settings)?;
    let hash = hash_key(key);
    match look_up(app, &hash) {
        Some(caller) => Ok(caller),
        // Another node may have created the key a moment ago.
        None if app.look().await => look_up(app, &hash).ok_or_else(unknown),
        None => Err(unknown()),
    }
}

fn unknown() -> Problem {
    Unauthorized::problem("The key is not known")
}

fn look_up(app: &App, hash: &[u8; 32]) -> Option<Caller> {
    if let Some(known) = app.directory.key(hash) {
        return Some(Caller::Key(known));
    }
    bool::from(hash.ct_eq(&app.admin_key_hash)).then_some(Caller::Admin)
}

pub(crate) const TENANT_HEADER: &str = "x-tenant-id";

fn named_tenant(headers: &HeaderMap) -> Result<Option<TenantId>, Problem> {
    let Some(value) = headers.get(TENANT_HEADER) else { return Ok(None) };
    let text = value.to_str().unwrap_or("\u{fffd}");
    TenantId::parse(text)
        .map(Some)
        .map_err(|fault| BadRequest::problem(format!("The X-Tenant-Id header {}", fault.message)))
}

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match caller(app, parts).await? {
            Caller::Admin => {
                parts.extensions.get_or_insert_default::<Owner>();
                Ok(Self)
            }
            Caller::Key(_) => Err(NotOperator::problem("Only the operator's key may do this")),
        }
    }
}

impl<P: Permission> FromRequestParts<App> for Member<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = caller(app, parts).await?;
        let named = named_tenant(&parts.headers)?;
        let (tenant, scopes) = match caller {
            Caller::Key(key) => {
                if named.is_some_and(|named| named != key.tenant) {
                    return Err(Forbidden::problem("This key belongs to another tenant than X-Tenant-Id names"));
                }
                (key.tenant.clone(), key.scopes)
            }
            Caller::Admin => {
                let tenant = named.ok_or_else(|| {
                    BadRequest::problem("Tenant ID is required: with the operator's key, send X-Tenant-Id")
                })?;
                app.require_tenant(&tenant).await?;
                (tenant, Scopes::all())
            }
        };
        if !P::ANY_OF.iter().any(|scope| scopes.has(*scope)) {
            let lacking = P::ANY_OF.first().map_or("", |scope| scope.name());
            return Err(Forbidden::problem(format!("This key lacks the scope {lacking}")));
        }
        parts.extensions.insert(Owner::of(&tenant));
        Ok(Self { tenant, scopes, permission: PhantomData })
    }
}

impl<P: Permission> FromRequestParts<App> for Viewer<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let is_operator = matches!(caller(app, parts).await?, Caller::Admin);
        if is_operator && named_tenant(&parts.headers)?.is_none() {
            parts.extensions.insert(Owner::default());
            return Ok(Self::All);
        }
        Ok(Self::Of { member: Member::from_request_parts(parts, app).await?, is_operator })
    }
}
