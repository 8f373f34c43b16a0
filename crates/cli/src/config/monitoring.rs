//! Settings of the metrics.

use super::Raw;
use metrics::{Settings, TenantLabel};
use std::net::SocketAddr;

impl Raw {
    pub(super) fn metrics_listen(&self) -> anyhow::Result<Option<SocketAddr>> {
        self.get("metrics_listen", |text| {
            if text.is_empty() {
                return Ok(None);
            }
            let fault = |_| format!("is {text:?} but must be an address and a port, for example 127.0.0.1:9464");
            text.parse().map(Some).map_err(fault)
        })
    }

    pub(super) fn metrics_settings(&self) -> anyhow::Result<Settings> {
        let tenant_label = self.get("metrics_tenant_label", |text| {
            TenantLabel::parse(text).ok_or_else(|| format!("is {text:?} but must be full, top or off, for example top"))
        })?;
        let top_tenants = self.number("metrics_top_tenants", 1, 10_000, 20)? as usize;
        let max_pairs = self.number("metrics_max_pairs", 10, 1_000_000, 2_000)? as usize;
        Ok(Settings { tenant_label, top_tenants, max_pairs })
    }
}
