//! Egress of a tenant in the core API: its fields, their checks, and how it is shown.

use crate::body::Patch;
use model::{
    FieldErrors, TenantEgress,
    subscription::MASKED,
    tenant::egress::{Proxy, ProxyCredentials, ProxyUrl, SourceAddresses},
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::ToSchema;

/// Egress of a tenant: source addresses, or a proxy. A change replaces it, null removes it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TenantEgressChange)]
pub(crate) struct EgressFields {
    /// Addresses of this machine that requests leave from: at most one IPv4 and one IPv6 address. Receivers of a family
    /// without one are not reached.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 2, example = json!(["203.0.113.7"]))]
    source_addresses: Patch<Vec<String>>,
    /// A proxy that requests go through.
    #[serde(default)]
    #[schema(value_type = Option<ProxyFields>)]
    proxy: Patch<ProxyFields>,
}

/// A proxy that requests go through: HTTP with the method CONNECT, or SOCKS5.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TenantProxyChange)]
pub(crate) struct ProxyFields {
    /// `http://host:port` or `socks5://host:port`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300, example = "http://proxy.internal:3128")]
    url: Patch<String>,
    /// Null: the proxy requires no credentials.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    username: Patch<String>,
    /// Write-only, shown as `***`. Absent or `***` keeps the known one.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, format = Password)]
    password: Patch<String>,
    /// The addresses that receivers see, for `GET /api/v1/egress-addresses`.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 50, example = json!(["198.51.100.4"]))]
    addresses: Patch<Vec<String>>,
}

/// Egress of a tenant: source addresses, or a proxy.
#[derive(Serialize, ToSchema)]
#[schema(as = TenantEgress)]
pub(crate) struct EgressShown {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    source_addresses: Option<Vec<IpAddr>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy: Option<ProxyShown>,
}

/// A proxy that requests go through.
#[derive(Serialize, ToSchema)]
#[schema(as = TenantProxy)]
pub(crate) struct ProxyShown {
    url: String,
    username: Option<String>,
    /// `***` when there is one.
    password: Option<&'static str>,
    #[schema(value_type = Vec<String>)]
    addresses: Vec<IpAddr>,
}

impl From<&TenantEgress> for EgressShown {
    fn from(egress: &TenantEgress) -> Self {
        match egress {
            TenantEgress::SourceAddresses(source) => Self { source_addresses: Some(source.all()), proxy: None },
            TenantEgress::Proxy(Proxy { url, credentials, addresses }) => {
                let username = credentials.as_ref().map(|one| one.username.clone());
                let password = credentials.as_ref().map(|_| MASKED);
                let shown = ProxyShown { url: url.to_string(), username, password, addresses: addresses.clone() };
                Self { source_addresses: None, proxy: Some(shown) }
            }
        }
    }
}

/// A field with one address per text.
fn parse_addresses(field: &str, texts: &[String], faults: &mut FieldErrors) -> Option<Vec<IpAddr>> {
    let parse = |(at, text): (usize, &String)| {
        let parsed = text.parse().map_err(|_| "must be an IPv4 or IPv6 address, for example 203.0.113.7");
        faults.take(&format!("{field}[{at}]"), parsed)
    };
    texts.iter().enumerate().map(parse).collect()
}

impl EgressFields {
    /// The egress; faults name their fields. `known` is the egress that it replaces.
    pub(super) fn check(&self, known: Option<&TenantEgress>, faults: &mut FieldErrors) -> Option<TenantEgress> {
        match (self.source_addresses.as_ref().value(), self.proxy.as_ref().value()) {
            (Some(texts), None) => {
                let addresses = parse_addresses("egress.source_addresses", texts, faults)?;
                let source = SourceAddresses::try_new(&addresses);
                faults.take("egress.source_addresses", source).map(TenantEgress::SourceAddresses)
            }
            (None, Some(proxy)) => {
                let known = match known {
                    Some(TenantEgress::Proxy(known)) => known.credentials.as_ref(),
                    Some(TenantEgress::SourceAddresses(_)) | None => None,
                };
                proxy.check(known, faults).map(TenantEgress::Proxy)
            }
            (Some(_), Some(_)) => {
                faults.add("egress.proxy", "must not be given with source_addresses");
                None
            }
            (None, None) => {
                faults.add("egress", "must have source_addresses or a proxy; use null for none");
                None
            }
        }
    }
}

impl ProxyFields {
    fn check(&self, known: Option<&ProxyCredentials>, faults: &mut FieldErrors) -> Option<Proxy> {
        let url = match self.url.as_ref().value() {
            Some(text) => faults.take("egress.proxy.url", ProxyUrl::parse(text)),
            None => faults.take("egress.proxy.url", Err("is missing")),
        };
        let credentials = self.credentials(known, faults);
        let texts = self.addresses.as_ref().value().map(Vec::as_slice).unwrap_or_default();
        if texts.len() > Proxy::ADDRESSES_MAX {
            faults.add("egress.proxy.addresses", format!("must have at most {} addresses", Proxy::ADDRESSES_MAX));
            return None;
        }
        let addresses = parse_addresses("egress.proxy.addresses", texts, faults);
        Some(Proxy { url: url?, credentials: credentials?, addresses: addresses? })
    }

    /// The credentials; `None` when they have a fault.
    fn credentials(
        &self,
        known: Option<&ProxyCredentials>,
        faults: &mut FieldErrors,
    ) -> Option<Option<ProxyCredentials>> {
        let password = self.password.as_ref().value();
        let Some(username) = self.username.as_ref().value() else {
            if password.is_some() {
                faults.add("egress.proxy.username", "is missing");
                return None;
            }
            return Some(None);
        };
        let password = match (password, known) {
            (Some(text), _) if text != MASKED => text.clone(),
            (_, Some(known)) => known.password.clone(),
            (_, None) => {
                faults.add("egress.proxy.password", "is missing");
                return None;
            }
        };
        let credentials = ProxyCredentials { username: username.clone(), password };
        match credentials.check() {
            Ok(()) => Some(Some(credentials)),
            Err(fault) => {
                faults.add(format!("egress.proxy.{}", fault.field), fault.message);
                None
            }
        }
    }
}
