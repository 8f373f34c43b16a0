//! Changes of the log, as live streams show them: ids and states only.

use model::{DeliveryId, DeliveryStatus, EventId, EventType, SubscriptionId, TenantId, Timestamp};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// The state of an object after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Event {
        tenant: TenantId,
        id: EventId,
        /// The publisher's own id.
        given: Option<Arc<str>>,
        event_type: EventType,
        at: Timestamp,
    },
    Delivery {
        tenant: TenantId,
        id: DeliveryId,
        /// The publisher's own id of the event.
        given: Option<Arc<str>>,
        subscription: SubscriptionId,
        event_type: EventType,
        status: DeliveryStatus,
        at: Timestamp,
    },
    /// It was created, changed or deleted.
    Subscription { tenant: TenantId, id: SubscriptionId },
}

/// The object of a change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ChangeOf {
    Event(TenantId, EventId),
    Delivery(TenantId, DeliveryId),
    Subscription(TenantId, SubscriptionId),
}

impl Change {
    pub const fn tenant(&self) -> &TenantId {
        match self {
            Self::Event { tenant, .. } | Self::Delivery { tenant, .. } | Self::Subscription { tenant, .. } => tenant,
        }
    }

    pub fn of(&self) -> ChangeOf {
        match self {
            Self::Event { tenant, id, .. } => ChangeOf::Event(tenant.clone(), *id),
            Self::Delivery { tenant, id, .. } => ChangeOf::Delivery(tenant.clone(), *id),
            Self::Subscription { tenant, id, .. } => ChangeOf::Subscription(tenant.clone(), *id),
        }
    }
}

/// Numbers of changes that are not told one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    pub deliveries: u32,
    pub events: u32,
}

impl Skipped {
    pub const fn is_empty(self) -> bool {
        self.deliveries == 0 && self.events == 0
    }

    pub const fn add(&mut self, other: Self) {
        self.deliveries = self.deliveries.saturating_add(other.deliveries);
        self.events = self.events.saturating_add(other.events);
    }

    /// Counts a change. Changes of subscriptions are never skipped.
    pub const fn count(&mut self, change: &Change) {
        match change {
            Change::Event { .. } => self.events = self.events.saturating_add(1),
            Change::Delivery { .. } => self.deliveries = self.deliveries.saturating_add(1),
            Change::Subscription { .. } => {}
        }
    }
}

/// An entry of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Change(Change),
    Skipped(TenantId, Skipped),
    /// Objects of this tenant, or of any, have changed, and it is not known which.
    Gap(Option<TenantId>),
}

impl Entry {
    /// The tenant whose streams show the entry; `None`: all streams.
    pub const fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Change(change) => Some(change.tenant()),
            Self::Skipped(tenant, _) => Some(tenant),
            Self::Gap(tenant) => tenant.as_ref(),
        }
    }
}

/// Gathers changes: the last state of each object, up to a limit beyond which changes are counted.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    changes: Vec<Change>,
    places: HashMap<ChangeOf, usize>,
    skipped: HashMap<TenantId, Skipped>,
    gaps: HashSet<Option<TenantId>>,
}

/// Maximum number of changes that are gathered one by one.
const MOST: usize = 1_000;

impl Gathered {
    pub(crate) fn change(&mut self, change: Change) {
        if let Some(place) = self.places.get(&change.of()) {
            self.changes[*place] = change;
        } else if self.changes.len() < MOST || matches!(change, Change::Subscription { .. }) {
            self.places.insert(change.of(), self.changes.len());
            self.changes.push(change);
        } else {
            self.skipped.entry(change.tenant().clone()).or_default().count(&change);
        }
    }

    pub(crate) fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Change(change) => self.change(change),
            Entry::Skipped(tenant, skipped) => self.skipped.entry(tenant).or_default().add(skipped),
            Entry::Gap(tenant) => drop(self.gaps.insert(tenant)),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.skipped.is_empty() && self.gaps.is_empty()
    }

    pub(crate) fn entries(self) -> Vec<Entry> {
        let changes = self.changes.into_iter().map(Entry::Change);
        let skipped = self.skipped.into_iter().map(|(tenant, skipped)| Entry::Skipped(tenant, skipped));
        changes.chain(skipped).chain(self.gaps.into_iter().map(Entry::Gap)).collect()
    }
}
