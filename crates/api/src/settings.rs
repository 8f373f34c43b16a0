//! Configuration of the API.

use crate::{ForwardedHeader, Hosts, PublicUrl, Tokens, schemas::SettingSourceName};
use http::HeaderValue;
use ipnet::IpNet;
use model::{IdStyle, statistics::StatisticsRetention};
use serde::Serialize;
use std::{net::IpAddr, sync::Arc, time::Duration};
use utoipa::ToSchema;

/// The source of a setting's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingSource {
    Default,
    File,
    Environment,
    Flag,
}

/// A setting of the node.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Setting)]
pub struct SettingShown {
    /// Its environment variable.
    #[schema(example = "POSTRIDER_RETENTION_DAYS")]
    pub name: &'static str,
    /// Secrets are masked; null when the setting has no value.
    pub value: Option<String>,
    #[schema(value_type = SettingSourceName)]
    pub source: SettingSource,
    /// The value without a source; null for none.
    pub default: Option<String>,
    /// The effect of the setting.
    pub description: String,
}

/// Configuration of the API.
#[derive(Clone, Debug)]
pub struct Settings {
    pub allow_http: bool,
    /// The receiver of a new URL must repeat a challenge.
    pub verify_urls: bool,
    /// Create a tenant when the operator's key first names it.
    pub tenants_on_first_use: bool,
    /// Default of `max_retries` for profiles with exponential backoff.
    pub max_retries: u8,
    /// Timeout of subscriptions of the tenant API, which has no field for it.
    pub timeout: Duration,
    /// Refuse events whose type is not in the catalog, and payloads that violate their schema.
    pub strict_catalog: bool,
    /// Tenants may subscribe to operational events about their own subscriptions and deliveries.
    pub operational_to_tenants: bool,
    /// Spelling of generated event ids.
    pub ids: IdStyle,
    /// Name of the cookie in which browsers may send a key.
    pub cookie: String,
    /// Verifies JSON Web Tokens; `None`: none is accepted.
    pub tokens: Option<Arc<Tokens>>,
    /// Origins whose pages may call the API (CORS).
    pub cors_origins: Arc<[String]>,
    /// The address of the dashboard and the API from outside; `None`: the one that a request names.
    pub public_url: Option<PublicUrl>,
    /// The host names by which clients may address the server.
    pub hosts: Hosts,
    /// The listener has TLS of its own.
    pub own_tls: bool,
    /// The value of `Strict-Transport-Security`; `None`: no answer has it.
    pub hsts: Option<HeaderValue>,
    /// Proxies whose statement about their client is believed.
    pub trusted_proxies: Arc<[IpNet]>,
    /// The header of that statement.
    pub forwarded_header: ForwardedHeader,
    /// Maximum number of active portal links of a tenant.
    pub portal_sessions_max: u32,
    /// Path prefixes under which the API is mounted beside `/api/v1`, without a trailing slash.
    pub prefixes: Arc<[String]>,
    /// Bytes that request bodies and large answers may hold at once.
    pub request_memory: usize,
    /// Deadline for a request body to arrive completely.
    pub body_timeout: Duration,
    /// Maximum number of subscriptions per tenant; an event has at most 65,535 deliveries.
    pub subscriptions_max: usize,
    /// Retention of the installation, the upper bound of tenants' retention; `None`: for ever.
    pub retention: Option<Duration>,
    /// The addresses that receivers see, of tenants without an egress of their own.
    pub egress_addresses: Arc<[IpAddr]>,
    /// Everybody may read `/metrics`, without a key.
    pub metrics_open: bool,
    /// The kind of store, as metrics name it.
    pub store_kind: &'static str,
    /// Retention of statistics, which bounds the times that can be asked for.
    pub statistics: StatisticsRetention,
    /// Key that `/docs` fills in; everybody who can open the page can read it.
    pub dev_key: Option<String>,
    /// URL of the built-in receiver, which only development servers have.
    pub receiver_url: Option<String>,
    /// All settings of the node, for the operator.
    pub shown: Arc<[SettingShown]>,
}

impl Settings {
    /// Defaults for everything but the timeout of receivers.
    pub fn new(timeout: Duration) -> Self {
        Self {
            allow_http: false,
            verify_urls: false,
            tenants_on_first_use: false,
            max_retries: 3,
            timeout,
            strict_catalog: false,
            operational_to_tenants: false,
            ids: IdStyle::Prefixed,
            cookie: "access_token".into(),
            tokens: None,
            cors_origins: Arc::default(),
            public_url: None,
            hosts: Hosts::Any,
            own_tls: false,
            hsts: None,
            trusted_proxies: Arc::default(),
            forwarded_header: ForwardedHeader::XForwardedFor,
            portal_sessions_max: 10_000,
            prefixes: Arc::default(),
            request_memory: 128 * 1024 * 1024,
            body_timeout: Duration::from_secs(30),
            subscriptions_max: delivery::SUBSCRIPTIONS_MAX,
            retention: None,
            egress_addresses: Arc::default(),
            metrics_open: false,
            store_kind: "unknown",
            statistics: StatisticsRetention::default(),
            dev_key: None,
            receiver_url: None,
            shown: Arc::default(),
        }
    }
}
