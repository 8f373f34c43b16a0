//! Portal links in responses.

use crate::schemas::{
    CapabilityName, ColorText, PortalModeName, PortalSessionName, PortalStateName, SchemeName, TenantName,
};
use model::{
    PortalSession, Timestamp,
    portal::{Appearance, Color, Scheme, WebUrl},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Appearance of the portal; null is the dashboard's own.
#[derive(Serialize, ToSchema)]
#[schema(as = Appearance)]
pub(crate) struct AppearanceShown {
    name: Option<String>,
    #[schema(value_type = Option<String>)]
    logo_url: Option<WebUrl>,
    /// Logo on a dark ground.
    #[schema(value_type = Option<String>)]
    logo_dark_url: Option<WebUrl>,
    #[schema(value_type = Option<String>)]
    favicon_url: Option<WebUrl>,
    /// Ground of buttons.
    #[schema(value_type = Option<ColorText>)]
    color: Option<Color>,
    /// Text on `color`: black or white, unless the link gives another readable colour.
    #[schema(value_type = Option<ColorText>)]
    text_color: Option<Color>,
    /// `light` or `dark`; null follows the browser.
    #[schema(value_type = Option<SchemeName>)]
    scheme: Option<Scheme>,
    /// A language tag; null follows the browser.
    language: Option<String>,
}

impl From<&Appearance> for AppearanceShown {
    fn from(kept: &Appearance) -> Self {
        let Appearance { name, logo_url, logo_dark_url, favicon_url, color, text_color, scheme, language } =
            kept.clone();
        Self { name, logo_url, logo_dark_url, favicon_url, color, text_color, scheme, language }
    }
}

/// A portal link without its token.
#[derive(Serialize, ToSchema)]
#[schema(as = PortalSession)]
pub(crate) struct PortalSessionShown {
    #[schema(value_type = PortalSessionName)]
    id: String,
    #[schema(value_type = TenantName)]
    tenant_id: String,
    #[schema(value_type = PortalStateName)]
    state: &'static str,
    #[schema(value_type = PortalModeName)]
    mode: &'static str,
    #[schema(value_type = Vec<CapabilityName>)]
    capabilities: Vec<&'static str>,
    appearance: AppearanceShown,
    #[schema(value_type = Option<String>)]
    return_url: Option<WebUrl>,
    #[schema(value_type = Option<String>)]
    refresh_url: Option<WebUrl>,
    allowed_ancestors: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// Recorded once a minute at most.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

impl PortalSessionShown {
    pub(super) fn new(link: &PortalSession, now: Timestamp) -> Self {
        Self {
            id: link.id.to_string(),
            tenant_id: link.tenant.to_string(),
            state: link.state(now).name(),
            mode: link.mode.name(),
            capabilities: link.capabilities.names(),
            appearance: AppearanceShown::from(&link.appearance),
            return_url: link.return_url.clone(),
            refresh_url: link.refresh_url.clone(),
            allowed_ancestors: link.allowed_ancestors.clone(),
            created_at: link.created_at,
            expires_at: link.expires_at,
            revoked_at: link.revoked_at,
            last_used_at: link.last_used_at,
        }
    }
}

/// A created portal link with its token, which is shown only this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedPortalSession {
    #[serde(flatten)]
    pub(super) shown: PortalSessionShown,
    /// The link for the customer's browser: the portal's page, with the token behind `#`, which browsers send to no
    /// server.
    #[schema(example = "https://hooks.example.com/portal/pts_06f8k2m4q9v1x3z5b7d9f1h3k5#pt_…")]
    pub(super) url: String,
    /// A bearer credential for the API, within the tenant and the capabilities.
    pub(super) token: String,
}
