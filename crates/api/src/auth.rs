//! Who is calling, and what they may do (`CONTRACTS.md`, "Who is calling").

use crate::{App, problem::Problem};
use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};
use model::{Scope, TenantId, TenantKey, key::Scopes};
use parking_lot::RwLock;
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use storage::{StorageError, Store};
use subtle::ConstantTimeEq;

/// SHA-256: keys have enough entropy of their own that nothing slower is needed.
pub fn hash_key(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Known tenants and keys, in memory, so that no request asks the store who is calling.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    tenants: HashSet<TenantId>,
    keys: HashMap<[u8; 32], Arc<TenantKey>>,
}

impl Directory {
    pub(crate) async fn load(store: &dyn Store) -> Result<Self, StorageError> {
        let mut known = Known::default();
        let mut page = storage::Page::first(1_000);
        loop {
            let tenants = store.tenants(page.clone()).await?;
            page.below = tenants.last().map(|tenant| tenant.id.clone());
            known.tenants.extend(tenants.into_iter().map(|tenant| tenant.id));
            if page.below.is_none() {
                break;
            }
        }
        known.keys = store.all_keys().await?.into_iter().map(|key| (key.hash, Arc::new(key))).collect();
        Ok(Self { known: RwLock::new(known) })
    }

    /// All that is known, read anew.
    pub(crate) fn replace(&self, other: Self) {
        *self.known.write() = other.known.into_inner();
    }

    /// These are the tenant's keys now.
    pub(crate) fn set_keys(&self, tenant: &TenantId, keys: Vec<TenantKey>) {
        let mut known = self.known.write();
        known.keys.retain(|_, key| key.tenant != *tenant);
        known.keys.extend(keys.into_iter().map(|key| (key.hash, Arc::new(key))));
    }

    pub(crate) fn has_tenant(&self, id: &TenantId) -> bool {
        self.known.read().tenants.contains(id)
    }

    pub(crate) fn add_tenant(&self, id: &TenantId) {
        self.known.write().tenants.insert(id.clone());
    }

    pub(crate) fn remove_tenant(&self, id: &TenantId) {
        let mut known = self.known.write();
        known.tenants.remove(id);
        known.keys.retain(|_, key| key.tenant != *id);
    }

    pub(crate) fn add_key(&self, key: TenantKey) {
        self.known.write().keys.insert(key.hash, Arc::new(key));
    }

    pub(crate) fn remove_key(&self, id: model::KeyId) {
        self.known.write().keys.retain(|_, key| key.id != id);
    }

    fn key(&self, hash: &[u8; 32]) -> Option<Arc<TenantKey>> {
        self.known.read().keys.get(hash).cloned()
    }
}

/// The operator.
pub(crate) struct Admin;

/// Somebody who acts in one tenant.
#[derive(Debug)]
pub(crate) struct Member {
    tenant: TenantId,
    scopes: Scopes,
}

impl Member {
    /// The tenant, if the caller may do this in it.
    pub(crate) fn may(&self, scope: Scope) -> Result<&TenantId, Problem> {
        // Whoever manages may also read.
        let managing = scope == Scope::WebhooksRead && self.scopes.has(Scope::WebhooksManage);
        if self.scopes.has(scope) || managing {
            return Ok(&self.tenant);
        }
        Err(Problem::forbidden(format!("This key lacks the scope {}", scope.name())))
    }
}

/// Somebody who looks at a tenant, or the operator, who may look at all of them at once.
#[derive(Debug)]
pub(crate) enum Viewer {
    /// The operator, who names no tenant.
    All,
    Of {
        member: Member,
        is_operator: bool,
    },
}

impl Viewer {
    /// The tenant to be shown, if the caller may do this in it; `None` for all.
    pub(crate) fn may(&self, scope: Scope) -> Result<Option<&TenantId>, Problem> {
        match self {
            Self::All => Ok(None),
            Self::Of { member, .. } => member.may(scope).map(Some),
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

async fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, Problem> {
    match look_up(app, headers)? {
        Some(caller) => Ok(caller),
        // Another node may have made it a moment ago.
        None if app.look().await => look_up(app, headers)?.ok_or_else(unknown),
        None => Err(unknown()),
    }
}

fn unknown() -> Problem {
    Problem::unauthorized("The key is not known")
}

/// `None`: it has a key, but not one that is known.
fn look_up(app: &App, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    let Some(given) = headers.get(header::AUTHORIZATION) else {
        return Err(Problem::unauthorized("A key is required: send it as Authorization: Bearer <key>"));
    };
    let text = given.to_str().unwrap_or_default();
    let key = match text.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim(),
        _ => return Err(Problem::unauthorized("The Authorization header must be Bearer <key>")),
    };
    let hash = hash_key(key);
    if let Some(known) = app.directory.key(&hash) {
        return Ok(Some(Caller::Key(known)));
    }
    Ok(bool::from(hash.ct_eq(&app.admin_key_hash)).then_some(Caller::Admin))
}

const TENANT_HEADER: &str = "x-tenant-id";

fn named_tenant(headers: &HeaderMap) -> Result<Option<TenantId>, Problem> {
    let Some(value) = headers.get(TENANT_HEADER) else { return Ok(None) };
    let text = value.to_str().unwrap_or("\u{fffd}");
    TenantId::parse(text)
        .map(Some)
        .map_err(|fault| Problem::bad_request(format!("The X-Tenant-Id header {}", fault.message)))
}

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match caller(app, &parts.headers).await? {
            Caller::Admin => Ok(Self),
            Caller::Key(_) => Err(Problem::forbidden("Only the operator's key may do this")),
        }
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = caller(app, &parts.headers).await?;
        let named = named_tenant(&parts.headers)?;
        match caller {
            Caller::Key(key) => {
                if named.is_some_and(|named| named != key.tenant) {
                    return Err(Problem::forbidden("This key belongs to another tenant than X-Tenant-Id names"));
                }
                Ok(Self { tenant: key.tenant.clone(), scopes: key.scopes })
            }
            Caller::Admin => {
                let tenant = named.ok_or_else(|| {
                    Problem::bad_request("Tenant ID is required: with the operator's key, send X-Tenant-Id")
                })?;
                app.require_tenant(&tenant).await?;
                Ok(Self { tenant, scopes: Scopes::all() })
            }
        }
    }
}

impl FromRequestParts<App> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let is_operator = matches!(caller(app, &parts.headers).await?, Caller::Admin);
        if is_operator && named_tenant(&parts.headers)?.is_none() {
            return Ok(Self::All);
        }
        Ok(Self::Of { member: Member::from_request_parts(parts, app).await?, is_operator })
    }
}
