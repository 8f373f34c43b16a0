//! The settings of the API, from the configuration and the address of the listener.

use super::{dev, key_set};
use crate::config::Config;
use api::{Hosts, Settings};
use http::HeaderValue;
use std::net::SocketAddr;

/// Maximum number of active portal links of a tenant.
const PORTAL_SESSIONS_MAX: u32 = 10_000;

/// The API's settings. Only a development server has a `dev_key`.
pub(super) fn settings(config: &Config, dev_key: Option<&str>, address: SocketAddr) -> anyhow::Result<Settings> {
    Ok(Settings {
        allow_http: config.allow_http,
        verify_urls: config.verify_urls,
        tenants_on_first_use: config.tenants_on_first_use,
        max_retries: config.max_retries,
        timeout: config.timeout,
        strict_catalog: config.strict_catalog,
        operational_to_tenants: config.operational_events_to_tenants,
        ids: config.ids,
        cookie: config.cookie.clone(),
        tokens: config.tokens.clone().map(key_set::tokens).transpose()?,
        cors_origins: config.cors_origins.clone().into(),
        public_url: config.public_url.clone(),
        hosts: hosts(config, dev_key.is_some() && address.ip().is_loopback()),
        own_tls: config.front.tls.is_some(),
        hsts: hsts(config),
        trusted_proxies: config.trusted_proxies.clone().into(),
        forwarded_header: config.front.forwarded_header,
        prefixes: config.api_prefixes.clone().into(),
        request_memory: config.request_memory,
        body_timeout: config.body_timeout,
        subscriptions_max: delivery::SUBSCRIPTIONS_MAX,
        portal_sessions_max: PORTAL_SESSIONS_MAX,
        retention: config.retention,
        egress_addresses: config.egress_addresses.clone().into(),
        metrics_open: config.metrics_open,
        store_kind: if config.store.path().is_some() { "sqlite" } else { "postgres" },
        statistics: config.statistics,
        // Only on loopback, where other machines cannot open the page that shows it.
        dev_key: dev_key.filter(|_| address.ip().is_loopback()).map(str::to_owned),
        receiver_url: dev_key.map(|_| api::receiver_url(&dev::url(config, address))),
        shown: config.shown.clone().into(),
    })
}

/// The address of the API for receivers. Without a public URL it is that of the listener, which serves on one machine.
pub(super) fn outside(config: &Config, address: SocketAddr) -> String {
    match &config.public_url {
        Some(url) => url.to_string(),
        None if address.ip().is_unspecified() => format!("{}://localhost:{}", config.front.scheme(), address.port()),
        None => format!("{}://{address}", config.front.scheme()),
    }
}

/// The host names by which clients may address the server. Without the setting, names are checked only where a page needs
/// no credential to do harm: on a development server, whose documentation shows a key. Proxies in front of other servers
/// pass on whatever name their clients use.
fn hosts(config: &Config, shows_key: bool) -> Hosts {
    let public = config.public_url.as_ref().map(|url| url.host().to_ascii_lowercase());
    let configured = &config.front.hosts;
    if configured.iter().any(|name| name == "*") {
        Hosts::Any
    } else if !configured.is_empty() {
        Hosts::only(configured.iter().cloned().chain(public))
    } else if shows_key {
        Hosts::private_and(public)
    } else {
        Hosts::Any
    }
}

fn hsts(config: &Config) -> Option<HeaderValue> {
    let seconds = config.front.hsts.as_secs();
    if seconds == 0 { None } else { HeaderValue::try_from(format!("max-age={seconds}")).ok() }
}
