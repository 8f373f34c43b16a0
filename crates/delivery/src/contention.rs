//! Contention: several tenants publish at the same time. Only then does the server divide itself among tenants by share;
//! a tenant that is alone may use all of it.

use crate::steady::uptime;
use model::TenantId;
use parking_lot::Mutex;
use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};
use tokio::sync::Notify;

/// Contention lasts for this long after two tenants took turns.
const LASTS: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub struct Contention {
    /// The tenant that published last.
    last: Mutex<Option<TenantId>>,
    /// The uptime, in milliseconds, at which another tenant than the one before published; 0: never.
    alternated: AtomicU64,
    begun: Notify,
}

fn millis(uptime: Duration) -> u64 {
    u64::try_from(uptime.as_millis()).unwrap_or(u64::MAX)
}

impl Contention {
    /// This tenant publishes.
    pub(crate) fn published(&self, tenant: &TenantId) {
        // Operational events are few, and belong to nobody's load.
        if tenant.is_system() {
            return;
        }
        let mut last = self.last.lock();
        if last.as_ref() == Some(tenant) {
            return;
        }
        if last.replace(tenant.clone()).is_some() {
            self.alternated.store(millis(uptime()), Relaxed);
            self.begun.notify_one();
        }
    }

    /// True while several tenants publish.
    pub fn is_on(&self) -> bool {
        match self.alternated.load(Relaxed) {
            0 => false,
            at => millis(uptime()).saturating_sub(at) < millis(LASTS),
        }
    }

    /// Begins contention, for tests.
    #[cfg(feature = "test")]
    pub fn force(&self) {
        self.alternated.store(millis(uptime()).max(1), Relaxed);
    }

    /// Completes when contention begins, or goes on.
    pub(crate) async fn begun(&self) {
        self.begun.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tenant_alone_is_no_contention() {
        let contention = Contention::default();
        let (a, b) = (TenantId::trusted("a"), TenantId::trusted("b"));
        for _ in 0..3 {
            contention.published(&a);
            assert!(!contention.is_on());
        }
        contention.published(&b);
        assert!(contention.is_on());
    }
}
