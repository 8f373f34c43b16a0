//! Authentication and authorisation of callers (`docs/contracts.md`).

mod address;
mod credential;
mod directory;
mod hash;
mod identity;
mod permission;
mod tokens;

use crate::{
    App,
    memory::Owner,
    problem::{
        Problem,
        kinds::{BadRequest, Forbidden, NotOperator},
    },
};
use ::identity::Standing;
pub(crate) use address::FromAddress;
use axum::extract::FromRequestParts;
#[cfg(feature = "fuzzing")]
pub(crate) use credential::credential_of;
pub(crate) use credential::{SESSION_COOKIE, is_foreign};
pub(crate) use directory::Directory;
pub use hash::hash_key;
use http::{HeaderMap, request::Parts};
pub(crate) use identity::{Caller, Identity, KeyRefusal, PORTAL_PREFIX, SignedIn, by_key, csrf_token};
use model::{Role, TenantId};
use permission::Permission;
pub(crate) use permission::{
    CancelDeliveries, ErasePayloads, Publish, Read, ReadCoverage, RetryDeliveries, Rights, RotateSecret, SendTest,
    ViewSecret, WriteReplays, WriteSubscriptions, names as permission_names,
};
use std::marker::PhantomData;
pub use tokens::{KeySource, Tokens};
pub(crate) use tokens::{REFRESH, RETRY};

/// The operator, or somebody with a role: reading needs any role, and changing needs that of the operator. Everybody else
/// is a 403.
pub(crate) struct Admin;

/// A caller that acts in one tenant and has the permission `P` there.
#[derive(Debug)]
pub(crate) struct Member<P> {
    tenant: TenantId,
    rights: Rights,
    permission: PhantomData<P>,
}

impl<P> Member<P> {
    pub(crate) const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// True when signing secrets and the values of custom headers may be shown.
    pub(crate) fn sees_secrets(&self) -> bool {
        self.rights.allow(ViewSecret::RULE)
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

pub(crate) const TENANT_HEADER: &str = "x-tenant-id";

fn named_tenant(headers: &HeaderMap) -> Result<Option<TenantId>, Problem> {
    let Some(value) = headers.get(TENANT_HEADER) else { return Ok(None) };
    let text = value.to_str().unwrap_or("\u{fffd}");
    TenantId::parse(text)
        .map(Some)
        .map_err(|fault| BadRequest::problem(format!("The X-Tenant-Id header {}", fault.message)))
}

/// The role of a caller that works for the operator.
pub(crate) fn role(caller: &Caller) -> Option<Role> {
    match caller {
        Caller::Operator => Some(Role::Operator),
        Caller::User(user) => match user.standing {
            Standing::Staff(role) => Some(role),
            Standing::Member { .. } => None,
        },
        Caller::Tenant(_) | Caller::Portal(_) => None,
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let needed = if parts.method.is_safe() { Role::Viewer } else { Role::Operator };
        match role(&Identity::from_request_parts(parts, app).await?.caller) {
            Some(role) if role >= needed => {
                parts.extensions.get_or_insert_default::<Owner>();
                Ok(Self)
            }
            Some(role) => Err(NotOperator::problem(format!(
                "The role {} may not do this: it needs the role {}",
                role.name(),
                needed.name()
            ))),
            None => Err(NotOperator::problem("Only the operator's key may do this")),
        }
    }
}

impl<P: Permission> FromRequestParts<App> for Member<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Identity::from_request_parts(parts, app).await?.caller;
        let named = named_tenant(&parts.headers)?;
        let own = |tenant: &TenantId, what: &str| match &named {
            Some(named) if named != tenant => {
                Err(Forbidden::problem(format!("This {what} belongs to another tenant than X-Tenant-Id names")))
            }
            _ => Ok(tenant.clone()),
        };
        let member = match &caller {
            Caller::Tenant(key) => Some((&key.tenant, "key", Rights::Key(key.scopes))),
            Caller::Portal(link) => Some((&link.tenant, "portal link", Rights::Portal(link.capabilities))),
            Caller::User(user) => match &user.standing {
                Standing::Member { tenant, scopes } => Some((tenant, "token", Rights::Token(*scopes))),
                Standing::Staff(_) => None,
            },
            Caller::Operator => None,
        };
        let (tenant, rights) = match member {
            Some((tenant, what, rights)) => {
                let tenant = own(tenant, what)?;
                if matches!(rights, Rights::Token(_)) {
                    app.require_tenant(&tenant, true).await?;
                }
                (tenant, rights)
            }
            None => {
                let role = role(&caller).unwrap_or(Role::Viewer);
                let tenant = named.clone().ok_or_else(|| {
                    BadRequest::problem("Tenant ID is required: with the operator's key, send X-Tenant-Id")
                })?;
                app.require_tenant(&tenant, role == Role::Operator).await?;
                (tenant, Rights::Role(role))
            }
        };
        rights.check(P::RULE)?;
        parts.extensions.insert(Owner::of(&tenant));
        Ok(Self { tenant, rights, permission: PhantomData })
    }
}

impl<P: Permission> FromRequestParts<App> for Viewer<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let is_operator = role(&Identity::from_request_parts(parts, app).await?.caller).is_some();
        if is_operator && named_tenant(&parts.headers)?.is_none() {
            parts.extensions.insert(Owner::default());
            return Ok(Self::All);
        }
        Ok(Self::Of { member: Member::from_request_parts(parts, app).await?, is_operator })
    }
}
