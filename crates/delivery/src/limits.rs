//! Limits of tenants, in memory: what a tenant may publish now, and the other limits that are checked before a write.

use crate::egress::{Own, Routes};
use crate::operational::{Operational, OperationalEvent, TenantLimitReached};
use model::{
    Clock, TenantId, TenantLimits, Timestamp,
    policy::{
        Gcra, RateLimit, TenantLimit,
        limits::{COUNT, PAYLOAD},
        rate::WHOLE,
    },
};
use parking_lot::{Mutex, RwLock};
use std::{
    collections::HashMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};
use storage::{Page, StorageError, Store};

/// Minimum time between two reports of the same limit of a tenant.
const BETWEEN_REPORTS: Duration = Duration::from_secs(60 * 60);

/// The limits of all tenants.
pub struct Limits {
    /// Limits of tenants that have none of their own.
    defaults: TenantLimits,
    tenants: RwLock<HashMap<TenantId, Arc<Limited>>>,
    /// Nodes that share the publish limits; each admits an equal part.
    nodes: AtomicU32,
    /// Held from a read or a write in the store until its limits are set here.
    order: tokio::sync::Mutex<()>,
    reported: Mutex<HashMap<(TenantId, TenantLimit), Timestamp>>,
    /// Publishes the reports; set once, after the engine is composed.
    operational: OnceLock<Arc<Operational>>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").field("defaults", &self.defaults).finish_non_exhaustive()
    }
}

/// The limits of one tenant, and its use of the publish limit on this node.
#[derive(Debug)]
pub struct Limited {
    /// The tenant's own limits, and the installation's where it has none.
    pub effective: TenantLimits,
    /// Shared with the limits from before a change: a request that was admitted by those counts.
    meter: Arc<Mutex<Gcra>>,
}

/// The publish limit of a tenant as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateStatus {
    pub limit: RateLimit,
    /// Events that this node admits at once now.
    pub remaining: u32,
    /// Time until it admits one more.
    pub next: Duration,
}

/// Why events are not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdmitted {
    /// They may be published after this time.
    Later { status: RateStatus, wait: Duration },
    /// There are more of them than the limit ever admits at once.
    TooMany(RateLimit),
}

/// Admitted events. They stay charged unless [`Self::charge`] gives some back: a caller that hangs up may have published
/// them.
#[derive(Debug)]
pub struct Admitted {
    limited: Arc<Limited>,
    limit: RateLimit,
    share: u32,
    events: u32,
}

impl Limits {
    pub(crate) fn new(defaults: TenantLimits, clock: Arc<dyn Clock>) -> Self {
        let (tenants, reported) = (RwLock::default(), Mutex::default());
        let operational = OnceLock::new();
        Self {
            defaults,
            tenants,
            nodes: AtomicU32::new(1),
            order: tokio::sync::Mutex::default(),
            reported,
            operational,
            clock,
        }
    }

    /// From now on, limits that tenants reach are published as operational events.
    pub(crate) fn report_to(&self, operational: Arc<Operational>) {
        self.operational.get_or_init(|| operational);
    }

    /// Limits of tenants that have none of their own.
    pub const fn defaults(&self) -> &TenantLimits {
        &self.defaults
    }

    /// To be held from a read or a write of limits in the store until they are set: else limits that were read before a
    /// change could be set after it.
    pub async fn in_order(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.order.lock().await
    }

    /// Sets a tenant's own limits. What it used of its publish limit stays used.
    pub fn set(&self, tenant: &TenantId, own: &TenantLimits) {
        let effective = own.or(&self.defaults);
        let mut tenants = self.tenants.write();
        if effective == TenantLimits::default() {
            tenants.remove(tenant);
            return;
        }
        let meter = tenants.get(tenant).map(|known| known.meter.clone()).unwrap_or_default();
        tenants.insert(tenant.clone(), Arc::new(Limited { effective, meter }));
    }

    pub fn remove(&self, tenant: &TenantId) {
        self.tenants.write().remove(tenant);
    }

    /// Replaces the limits of all tenants.
    fn replace(&self, all: impl IntoIterator<Item = (TenantId, TenantLimits)>) {
        let all: Vec<_> = all.into_iter().collect();
        let known: std::collections::HashSet<&TenantId> = all.iter().map(|(tenant, _)| tenant).collect();
        self.tenants.write().retain(|tenant, _| known.contains(tenant));
        for (tenant, own) in &all {
            self.set(tenant, own);
        }
    }

    /// The limits of a tenant; `None` when it has no limit.
    pub fn of(&self, tenant: &TenantId) -> Option<Arc<Limited>> {
        self.tenants.read().get(tenant).cloned()
    }

    /// The tenants with a retention of their own or by default: days of payloads, days of rows.
    pub(crate) fn retentions(&self) -> Vec<(TenantId, Option<u16>, Option<u16>)> {
        let tenants = self.tenants.read();
        let days = |(tenant, limited): (&TenantId, &Arc<Limited>)| {
            let TenantLimits { payload_days, rows_days, .. } = limited.effective;
            (payload_days.is_some() || rows_days.is_some()).then(|| (tenant.clone(), payload_days, rows_days))
        };
        tenants.iter().filter_map(days).collect()
    }

    /// Reads the limits and the routes of all tenants.
    pub(crate) async fn load(&self, store: &dyn Store, routes: &Routes) -> Result<(), StorageError> {
        let _in_order = self.in_order().await;
        let (mut all, mut own, mut page) = (Vec::new(), Vec::new(), Page::first(1_000));
        loop {
            let tenants = store.tenants(page.clone()).await?;
            page.cursor = tenants.last().map(|tenant| tenant.id.clone());
            own.extend(tenants.iter().filter_map(|one| Some((one.id.clone(), Own::of(one)?))));
            all.extend(tenants.into_iter().map(|tenant| (tenant.id, tenant.limits)));
            if page.cursor.is_none() {
                break;
            }
        }
        self.replace(all);
        routes.replace(&own);
        Ok(())
    }

    /// Sets the number of nodes that share the publish limits.
    pub(crate) fn set_nodes(&self, nodes: u32) {
        self.nodes.store(nodes.max(1), Relaxed);
    }

    /// This node's share of a limit, in millionths.
    fn share(&self) -> u32 {
        WHOLE / self.nodes.load(Relaxed)
    }

    /// Admits `events` events of a tenant with these limits, all or none; `None` when it has no publish limit. Nothing is
    /// charged for events that are not admitted.
    pub fn admit(
        &self,
        tenant: &TenantId,
        limited: &Arc<Limited>,
        events: u32,
    ) -> Result<Option<Admitted>, NotAdmitted> {
        let Some(limit) = limited.effective.publish else { return Ok(None) };
        if events > limit.burst() {
            return Err(NotAdmitted::TooMany(limit));
        }
        let (share, now) = (self.share(), self.clock.now());
        let mut meter = limited.meter.lock();
        if let Some(at) = meter.wait(&limit, share, events, now) {
            let status = RateStatus::of(&meter, limit, share, now);
            drop(meter);
            self.reached(tenant, TenantLimit::Publish);
            return Err(NotAdmitted::Later { status, wait: at.since(now) });
        }
        meter.take(&limit, share, events, now);
        drop(meter);
        Ok(Some(Admitted { limited: limited.clone(), limit, share, events }))
    }

    /// The publish limit of a tenant as it is now.
    pub fn status(&self, limited: &Limited) -> Option<RateStatus> {
        let limit = limited.effective.publish?;
        Some(RateStatus::of(&limited.meter.lock(), limit, self.share(), self.clock.now()))
    }

    /// To be called when a tenant was refused something because of a limit. Reports it at most once an hour per tenant
    /// and limit.
    pub fn reached(&self, tenant: &TenantId, limit: TenantLimit) {
        let now = self.clock.now();
        let mut reported = self.reported.lock();
        let known = reported.get(&(tenant.clone(), limit));
        if known.is_some_and(|at| now.since(*at) < BETWEEN_REPORTS) {
            return;
        }
        reported.retain(|_, at| now.since(*at) < BETWEEN_REPORTS);
        reported.insert((tenant.clone(), limit), now);
        drop(reported);
        tracing::warn!(target: "postrider::limits", %tenant, limit = limit.name(), "a tenant has reached a limit");
        let Some(operational) = self.operational.get() else { return };
        let own = self.of(tenant);
        let effective = own.as_ref().map_or(&self.defaults, |limited| &limited.effective);
        operational.emit(OperationalEvent::TenantLimitReached(TenantLimitReached {
            tenant_id: tenant.clone(),
            limit: limit.name().into(),
            // Without a limit, the bound that holds for all tenants.
            maximum: effective.maximum(limit).unwrap_or(match limit {
                TenantLimit::Publish => 0,
                TenantLimit::Subscriptions | TenantLimit::Keys => *COUNT.end(),
                TenantLimit::PayloadBytes => *PAYLOAD.end(),
            }),
            reached_at: now,
        }));
    }
}

impl RateStatus {
    fn of(meter: &Gcra, limit: RateLimit, share: u32, now: Timestamp) -> Self {
        Self { limit, remaining: meter.remaining(&limit, share, now), next: meter.next(&limit, share, now) }
    }
}

impl Admitted {
    /// Charges `events` of the admitted events; the others are given back.
    pub fn charge(self, events: u32) -> Arc<Limited> {
        let unused = self.events.saturating_sub(events);
        if unused > 0 {
            self.limited.meter.lock().give_back(&self.limit, self.share, unused);
        }
        self.limited
    }
}

#[cfg(test)]
mod tests;
