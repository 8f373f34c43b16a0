//! The settings of an installation under test.

use super::START;
use delivery::PolicyDefaults;
use model::{TenantLimits, Timestamp};
use std::time::Duration;
use tokio_rustls::rustls::pki_types::CertificateDer;

/// The configuration of an installation.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) start: Timestamp,
    pub(crate) allow_http: bool,
    /// Receivers on loopback may be dialled.
    pub(crate) allow_loopback: bool,
    pub(crate) tenants_on_first_use: bool,
    /// `WEBHOOK_MAX_RETRIES`.
    pub(crate) max_retries: u8,
    /// Settings of the API.
    pub(crate) settings: api::Settings,
    /// Policies for subscriptions that have none of their own.
    pub(crate) policies: PolicyDefaults,
    /// Limits of tenants that have none of their own.
    pub(crate) limits: TenantLimits,
    /// Maximum number of connections to receivers.
    pub(crate) connections: usize,
    /// Trusted certificates of receivers. The machine's own are not loaded, which would take longer than most tests.
    pub(crate) trusted: Vec<CertificateDer<'static>>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            start: START,
            allow_http: true,
            allow_loopback: true,
            tenants_on_first_use: false,
            max_retries: 3,
            settings: api::Settings::new(Duration::from_secs(10)),
            policies: PolicyDefaults::default(),
            limits: TenantLimits::default(),
            connections: 1_000,
            trusted: Vec::new(),
        }
    }
}
