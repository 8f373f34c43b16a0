//! The body of a new portal link and its rules.

use crate::Settings;
use crate::schemas::{CapabilityName, ColorText, PortalModeName, SchemeName, TenantName};
use model::{
    FieldErrors, PortalMode, PortalSession, TenantId,
    portal::{Appearance, BadWebUrl, Capabilities, Capability, Color, Scheme, WebUrl, check_language, parse_ancestor},
    text::check_line,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A portal link to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPortalSession {
    /// The tenant that the link is for. It can reach nothing of others.
    #[schema(value_type = TenantName)]
    tenant_id: String,
    /// `view` reads everything of the tenant but secrets; `manage` also has the capabilities.
    #[schema(value_type = PortalModeName)]
    mode: String,
    /// Capabilities of `manage`; all when absent. `view` has none.
    #[schema(value_type = Option<Vec<CapabilityName>>, example = json!(["subscriptions:write", "test:send"]))]
    capabilities: Option<Vec<String>>,
    /// Lifetime of the link.
    #[schema(minimum = 60, maximum = 7776000, default = 86400)]
    expires_in_seconds: Option<i64>,
    appearance: Option<AppearanceFields>,
    /// Where the portal's *back* leads.
    #[schema(max_length = 2048, example = "https://app.example.com/settings")]
    return_url: Option<String>,
    /// Where the portal leads when the link has expired, for a new one.
    #[schema(max_length = 2048, example = "https://app.example.com/webhooks")]
    refresh_url: Option<String>,
    /// Origins whose pages may embed the portal, such as `https://app.example.com`, or `https://*.example.com`; none when
    /// absent.
    #[schema(max_items = 20, example = json!(["https://app.example.com"]))]
    allowed_ancestors: Option<Vec<String>>,
}

/// Appearance of the portal. URLs begin with `https://` (or `http://` where the installation allows it).
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppearanceFields {
    /// Name of your product.
    #[schema(max_length = 100)]
    name: Option<String>,
    #[schema(max_length = 2048)]
    logo_url: Option<String>,
    /// Logo on a dark ground.
    #[schema(max_length = 2048)]
    logo_dark_url: Option<String>,
    #[schema(max_length = 2048)]
    favicon_url: Option<String>,
    /// Ground of buttons.
    #[schema(value_type = Option<ColorText>, example = "#1a73e8")]
    color: Option<String>,
    /// Text on `color`; computed when absent. Its contrast must be 4.5 or more (WCAG 2.2, AA).
    #[schema(value_type = Option<ColorText>)]
    text_color: Option<String>,
    #[schema(value_type = Option<SchemeName>)]
    scheme: Option<String>,
    /// A language tag.
    #[schema(max_length = 35, example = "es")]
    language: Option<String>,
}

/// The checked body.
pub(super) struct Wanted {
    pub(super) tenant: TenantId,
    pub(super) mode: PortalMode,
    pub(super) capabilities: Capabilities,
    /// Seconds.
    pub(super) lifetime: u64,
    pub(super) appearance: Appearance,
    pub(super) return_url: Option<WebUrl>,
    pub(super) refresh_url: Option<WebUrl>,
    pub(super) allowed_ancestors: Vec<String>,
}

fn names<T, const N: usize>(all: [T; N], name: impl Fn(T) -> &'static str) -> String {
    format!("must be one of {}", all.map(name).join(", "))
}

impl NewPortalSession {
    /// Checks all fields.
    pub(super) fn check(self, settings: &Settings) -> Result<Wanted, FieldErrors> {
        let mut faults = FieldErrors::default();
        let tenant = match TenantId::parse(&self.tenant_id) {
            Ok(tenant) if tenant.is_system() => Err("is the system's tenant, which has no customers".to_owned()),
            parsed => parsed.map_err(|fault| fault.message),
        };
        let tenant = faults.take("tenant_id", tenant);
        let mode = PortalMode::parse(&self.mode);
        if mode.is_none() {
            faults.add("mode", names(PortalMode::ALL, PortalMode::name));
        }
        let capabilities = capabilities(mode, self.capabilities.as_deref(), &mut faults);
        let seconds = self.expires_in_seconds.unwrap_or(PortalSession::SECONDS_DEFAULT);
        let lifetime = u64::try_from(seconds).ok().filter(|_| PortalSession::SECONDS.contains(&seconds));
        if lifetime.is_none() {
            let (least, most) = (PortalSession::SECONDS.start(), PortalSession::SECONDS.end());
            faults.add("expires_in_seconds", format!("must be a whole number from {least} to {most}"));
        }
        let allow_http = settings.allow_http;
        let return_url = url("return_url", self.return_url.as_deref(), allow_http, &mut faults);
        let refresh_url = url("refresh_url", self.refresh_url.as_deref(), allow_http, &mut faults);
        let allowed_ancestors = ancestors(&self.allowed_ancestors.unwrap_or_default(), allow_http, &mut faults);
        let appearance = self.appearance.unwrap_or_default().check(allow_http, &mut faults);
        match (tenant, mode, lifetime) {
            (Some(tenant), Some(mode), Some(lifetime)) if faults.0.is_empty() => Ok(Wanted {
                tenant,
                mode,
                capabilities,
                lifetime,
                appearance,
                return_url,
                refresh_url,
                allowed_ancestors,
            }),
            _ => Err(faults),
        }
    }
}

fn capabilities(mode: Option<PortalMode>, given: Option<&[String]>, faults: &mut FieldErrors) -> Capabilities {
    match (mode, given) {
        (Some(PortalMode::View), Some([_, ..])) => {
            faults.add("capabilities", "must be empty with the mode view, which only reads");
            Capabilities::default()
        }
        (Some(PortalMode::View) | None, _) => Capabilities::default(),
        (Some(PortalMode::Manage), None) => Capabilities::all(),
        (Some(PortalMode::Manage), Some(given)) => {
            let mut all = Vec::new();
            for (index, name) in given.iter().enumerate() {
                match Capability::parse(name) {
                    Some(one) => all.push(one),
                    None => faults.add(format!("capabilities[{index}]"), names(Capability::ALL, Capability::name)),
                }
            }
            all.into_iter().collect()
        }
    }
}

fn url(field: &str, given: Option<&str>, allow_http: bool, faults: &mut FieldErrors) -> Option<WebUrl> {
    faults.take(field, WebUrl::parse(given?, allow_http))
}

fn ancestors(given: &[String], allow_http: bool, faults: &mut FieldErrors) -> Vec<String> {
    if given.len() > PortalSession::ANCESTORS_MAX {
        faults.add("allowed_ancestors", format!("must have at most {} origins", PortalSession::ANCESTORS_MAX));
        return Vec::new();
    }
    let parse = |(index, text): (usize, &String)| {
        // A longer host name cannot exist.
        let parsed = if text.len() > 300 { Err(BadWebUrl::NotAnOrigin) } else { parse_ancestor(text, allow_http) };
        faults.take(&format!("allowed_ancestors[{index}]"), parsed)
    };
    given.iter().enumerate().filter_map(parse).collect()
}

impl AppearanceFields {
    fn check(self, allow_http: bool, faults: &mut FieldErrors) -> Appearance {
        let mut own = FieldErrors::default();
        if let Some(name) = &self.name {
            own.take("name", check_line(name, Appearance::NAME_MAX));
        }
        let color = self.color.and_then(|text| own.take("color", Color::parse(&text)));
        let given = self.text_color.and_then(|text| own.take("text_color", Color::parse(&text)));
        let text_color = match (color, given) {
            (Some(ground), Some(text)) => own.take("text_color", text.check_on(ground)).map(|()| text),
            (Some(ground), None) => Some(ground.text_on()),
            (None, Some(_)) if own.0.is_empty() => {
                own.add("text_color", "needs color, the ground of the text");
                None
            }
            (None, _) => None,
        };
        let scheme =
            self.scheme.and_then(|name| own.take("scheme", Scheme::parse(&name).ok_or("must be light or dark")));
        if let Some(tag) = &self.language {
            own.take("language", check_language(tag));
        }
        let appearance = Appearance {
            name: self.name,
            logo_url: url("logo_url", self.logo_url.as_deref(), allow_http, &mut own),
            logo_dark_url: url("logo_dark_url", self.logo_dark_url.as_deref(), allow_http, &mut own),
            favicon_url: url("favicon_url", self.favicon_url.as_deref(), allow_http, &mut own),
            color,
            text_color,
            scheme,
            language: self.language,
        };
        faults.0.extend(own.0.into_iter().map(|fault| fault.below("appearance")));
        appearance
    }
}
