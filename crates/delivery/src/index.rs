//! The index of subscriptions by tenant and event type, and of subscriptions with wildcards. In memory; it is exact from
//! the moment at which a change is committed.

use crate::{feed::Feed, target::Target};
use model::{EventPattern, EventType, Subscription, SubscriptionId, TenantId};
use parking_lot::RwLock;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

#[derive(Debug, Default)]
struct TenantIndex {
    all: HashMap<SubscriptionId, Arc<Target>>,
    /// Subscriptions without a wildcard, under each of their event types.
    by_type: HashMap<EventType, BTreeMap<SubscriptionId, Arc<Target>>>,
    /// Subscriptions with a wildcard.
    wide: BTreeMap<SubscriptionId, Arc<Target>>,
}

impl TenantIndex {
    fn remove(&mut self, id: SubscriptionId) {
        let Some(known) = self.all.remove(&id) else { return };
        self.wide.remove(&id);
        for pattern in &known.subscription.events {
            if let EventPattern::One(one) = pattern
                && let Some(list) = self.by_type.get_mut(one)
            {
                list.remove(&id);
                if list.is_empty() {
                    self.by_type.remove(one);
                }
            }
        }
    }

    fn put(&mut self, target: Arc<Target>) {
        let subscription = &target.subscription;
        self.remove(subscription.id);
        self.all.insert(subscription.id, target.clone());
        if !subscription.collects() {
            return;
        }
        let single = |pattern: &EventPattern| matches!(pattern, EventPattern::One(_));
        if !subscription.events.iter().all(single) {
            self.wide.insert(subscription.id, target);
            return;
        }
        for pattern in &subscription.events {
            if let EventPattern::One(one) = pattern {
                self.by_type.entry(one.clone()).or_default().insert(subscription.id, target.clone());
            }
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Index {
    tenants: RwLock<HashMap<TenantId, TenantIndex>>,
    /// Learns every change.
    feed: Arc<Feed>,
}

impl Index {
    pub(crate) fn new(feed: Arc<Feed>) -> Self {
        Self { feed, ..Self::default() }
    }

    pub(crate) fn put(&self, target: Arc<Target>) {
        self.feed.subscription(&target.subscription.tenant, target.subscription.id);
        self.tenants.write().entry(target.subscription.tenant.clone()).or_default().put(target);
    }

    /// Replaces a subscription by a newer revision. `false` if the index has none (it is being deleted) or a newer one.
    pub(crate) fn replace(&self, target: Arc<Target>) -> bool {
        let subscription = &target.subscription;
        let mut tenants = self.tenants.write();
        let Some(index) = tenants.get_mut(&subscription.tenant) else { return false };
        let known = index.all.get(&subscription.id).map(|known| known.subscription.revision);
        let older = known.is_some_and(|revision| revision < subscription.revision);
        if older {
            self.feed.subscription(&subscription.tenant, subscription.id);
            index.put(target);
        }
        older
    }

    /// Inserts a subscription as the store has it. `false` if the index has this revision or a newer one.
    pub(crate) fn learn(&self, target: Arc<Target>) -> bool {
        let subscription = &target.subscription;
        let mut tenants = self.tenants.write();
        let index = tenants.entry(subscription.tenant.clone()).or_default();
        let known = index.all.get(&subscription.id).map(|known| known.subscription.revision);
        let newer = known.is_none_or(|revision| revision < subscription.revision);
        if newer {
            self.feed.subscription(&subscription.tenant, subscription.id);
            index.put(target);
        }
        newer
    }

    /// All subscriptions.
    pub(crate) fn ids(&self) -> Vec<(TenantId, SubscriptionId)> {
        let tenants = self.tenants.read();
        let of = |(tenant, index): (&TenantId, &TenantIndex)| {
            index.all.keys().map(|id| (tenant.clone(), *id)).collect::<Vec<_>>()
        };
        tenants.iter().flat_map(of).collect()
    }

    /// Calls `look` for every subscription, in no order. Changes wait meanwhile.
    pub(crate) fn each(&self, mut look: impl FnMut(&Subscription)) {
        let tenants = self.tenants.read();
        let all = tenants.values().flat_map(|index| index.all.values());
        all.for_each(|target| look(&target.subscription));
    }

    pub(crate) fn remove(&self, tenant: &TenantId, id: SubscriptionId) {
        self.feed.subscription(tenant, id);
        let mut tenants = self.tenants.write();
        if let Some(index) = tenants.get_mut(tenant) {
            index.remove(id);
            if index.all.is_empty() {
                tenants.remove(tenant);
            }
        }
    }

    /// Removes all subscriptions of a deleted tenant, and returns them.
    pub(crate) fn remove_tenant(&self, tenant: &TenantId) -> Vec<SubscriptionId> {
        self.tenants.write().remove(tenant).map(|index| index.all.into_keys().collect()).unwrap_or_default()
    }

    /// Number of all subscriptions, inactive ones included.
    pub(crate) fn count_all(&self) -> usize {
        self.tenants.read().values().map(|index| index.all.len()).sum()
    }

    /// Number of a tenant's subscriptions, inactive ones included.
    pub(crate) fn count(&self, tenant: &TenantId) -> usize {
        self.tenants.read().get(tenant).map_or(0, |index| index.all.len())
    }

    pub(crate) fn get(&self, tenant: &TenantId, id: SubscriptionId) -> Option<Arc<Target>> {
        self.tenants.read().get(tenant)?.all.get(&id).cloned()
    }

    /// Active subscriptions, of one tenant or of all.
    pub(crate) fn active(&self, of: Option<&TenantId>) -> Vec<Arc<Target>> {
        let tenants = self.tenants.read();
        let found = tenants.iter().filter(|(tenant, _)| of.is_none_or(|one| one == *tenant));
        let targets = found.flat_map(|(_, index)| index.all.values());
        targets.filter(|target| target.subscription.state.is_active()).cloned().collect()
    }

    /// The first `most` subscriptions of a tenant that fit, in order of their ids.
    pub(crate) fn first(&self, tenant: &TenantId, most: usize, fits: impl Fn(&Target) -> bool) -> Vec<Arc<Target>> {
        let tenants = self.tenants.read();
        let Some(index) = tenants.get(tenant) else { return Vec::new() };
        let mut found: Vec<_> = index.all.values().filter(|target| fits(target)).collect();
        let id = |target: &&Arc<Target>| target.subscription.id;
        if found.len() > most {
            found.select_nth_unstable_by_key(most, id);
            found.truncate(most);
        }
        found.sort_unstable_by_key(id);
        found.into_iter().cloned().collect()
    }

    /// The subscriptions that match an event type, in a stable order.
    pub(crate) fn matching(&self, tenant: &TenantId, event_type: &EventType) -> Vec<Arc<Target>> {
        let tenants = self.tenants.read();
        let Some(index) = tenants.get(tenant) else { return Vec::new() };
        let mut found: Vec<_> = index.by_type.get(event_type).into_iter().flatten().map(|(_, t)| t.clone()).collect();
        found.extend(index.wide.values().filter(|target| target.subscription.wants(event_type)).cloned());
        found
    }
}
