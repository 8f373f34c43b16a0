//! The caller as `GET /api/v1/session` shows it.

use crate::{
    Settings,
    auth::{Caller, Identity, Rights, permission_names, role},
    portal_sessions::shown::AppearanceShown,
    schemas::{CapabilityName, PortalModeName, TenantName},
};
use identity::Standing;
use model::{PortalSession, Role, Timestamp, portal::WebUrl};
use serde::Serialize;
use utoipa::ToSchema;

/// The caller and its permissions.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionShown {
    /// `operator` (the operator's key, or a token with a role), `tenant` (a tenant's key, or a token of one of its users) or
    /// `portal` (a portal link).
    #[schema(value_type = CallerKind)]
    kind: &'static str,
    /// Role of somebody who works for the operator: `operator`, `support` (sends again, cancels, replays, tests) or
    /// `viewer` (reads); null for other callers.
    #[schema(value_type = Option<RoleName>)]
    role: Option<&'static str>,
    /// Name of the user in a JSON Web Token (`sub`); null for other callers.
    subject: Option<String>,
    /// The tenant; null for the operator, who names one in `X-Tenant-Id`.
    #[schema(value_type = Option<TenantName>)]
    tenant_id: Option<String>,
    /// Names of everything that the caller may do in its tenant, such as `webhooks:read`, `subscriptions:write`,
    /// `secrets:read`, `deliveries:retry`.
    permissions: Vec<&'static str>,
    /// End of the session, which its use postpones, of the portal link or of the token; null for a key.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Value of the header `X-CSRF-Token` for requests that change something; null when no cookie authorises the
    /// caller.
    csrf_token: Option<String>,
    /// The portal link; null for other callers.
    portal: Option<PortalShown>,
    /// URL of a receiver that accepts every webhook, for a first subscription. Only a server that was started with `--dev`
    /// has one; null for others, and for portal links.
    receiver_url: Option<String>,
}

/// Kind of a caller.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum CallerKind {
    Operator,
    Tenant,
    Portal,
}

/// Name of a role.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum RoleName {
    Viewer,
    Support,
    Operator,
}

/// A portal link as its own page sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Portal)]
pub(crate) struct PortalShown {
    #[schema(value_type = PortalModeName)]
    mode: &'static str,
    #[schema(value_type = Vec<CapabilityName>)]
    capabilities: Vec<&'static str>,
    appearance: AppearanceShown,
    #[schema(value_type = Option<String>)]
    return_url: Option<WebUrl>,
    #[schema(value_type = Option<String>)]
    refresh_url: Option<WebUrl>,
}

impl From<&PortalSession> for PortalShown {
    fn from(link: &PortalSession) -> Self {
        Self {
            mode: link.mode.name(),
            capabilities: link.capabilities.names(),
            appearance: AppearanceShown::from(&link.appearance),
            return_url: link.return_url.clone(),
            refresh_url: link.refresh_url.clone(),
        }
    }
}

impl SessionShown {
    pub(super) fn new(identity: &Identity, settings: &Settings) -> Self {
        let session = identity.session.as_deref();
        let shown = Self {
            kind: "operator",
            role: role(&identity.caller).map(Role::name),
            subject: None,
            tenant_id: None,
            permissions: permission_names(),
            expires_at: session.map(|signed_in| signed_in.session.expires_at),
            csrf_token: session.map(|signed_in| signed_in.csrf_token.clone()),
            portal: None,
            receiver_url: settings.receiver_url.clone(),
        };
        match &identity.caller {
            Caller::Operator => shown,
            Caller::Tenant(key) => Self {
                kind: "tenant",
                tenant_id: Some(key.tenant.to_string()),
                permissions: Rights::Key(key.scopes).names(),
                ..shown
            },
            Caller::User(user) => {
                let (subject, expires_at) = (user.subject.clone(), Some(user.expires_at));
                match &user.standing {
                    Standing::Member { tenant, scopes } => Self {
                        kind: "tenant",
                        subject,
                        tenant_id: Some(tenant.to_string()),
                        permissions: Rights::Token(*scopes).names(),
                        expires_at,
                        ..shown
                    },
                    Standing::Staff(role) => {
                        Self { subject, permissions: Rights::Role(*role).names(), expires_at, ..shown }
                    }
                }
            }
            Caller::Portal(link) => Self {
                kind: "portal",
                tenant_id: Some(link.tenant.to_string()),
                permissions: Rights::Portal(link.capabilities).names(),
                expires_at: Some(link.expires_at),
                portal: Some(PortalShown::from(&**link)),
                receiver_url: None,
                ..shown
            },
        }
    }
}
