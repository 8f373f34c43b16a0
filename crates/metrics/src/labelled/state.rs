//! The pairs that have series, and the choice of a pair's labels within the cap.

use super::{
    children::{Children, Fate, Responses},
    pair::Pair,
    ranking,
    series::{ALL_TENANTS, Families, OTHER},
};
use crate::settings::{Settings, TenantLabel};
use model::{EventType, TenantId};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// Where a pair is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Own,
    /// Under a label that tenants share, as the settings ask.
    Shared,
    BeyondTheCap,
}

impl Pair {
    fn new(children: Arc<Children>, meter: Option<Arc<AtomicU64>>, place: Place) -> Self {
        Self { children, meter, is_capped: place == Place::BeyondTheCap }
    }
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// The tenants with series of their own.
    own: HashMap<TenantId, HashMap<EventType, Arc<Children>>>,
    /// Deliveries of each tenant lately, under [`TenantLabel::Top`].
    meters: HashMap<TenantId, Arc<AtomicU64>>,
    /// Pairs of all other tenants, by event type.
    shared: HashMap<Arc<str>, Arc<Children>>,
    responses: HashMap<Arc<str>, Arc<Responses>>,
    /// Pairs in `own`.
    pairs: usize,
}

impl State {
    pub(super) fn tenants(&self) -> impl Iterator<Item = &TenantId> {
        self.own.keys().chain(self.meters.keys().filter(|tenant| !self.own.contains_key(*tenant)))
    }

    /// The pair, if it has a place already.
    pub(super) fn find(&self, tenant: &TenantId, event: &EventType, settings: &Settings) -> Option<Pair> {
        let meter = self.meters.get(tenant).cloned();
        if settings.tenant_label == TenantLabel::Top && meter.is_none() {
            return None;
        }
        match self.own.get(tenant) {
            Some(own) => Some(Pair::new(own.get(event)?.clone(), meter, Place::Own)),
            None if settings.tenant_label == TenantLabel::Full || self.own.len() < free_seats(settings) => None,
            None => Some(Pair::new(self.shared.get(event.as_str())?.clone(), meter, Place::Shared)),
        }
    }

    /// The pair; it gets series of its own where the settings and the cap allow it.
    pub(super) fn make(&mut self, tenant: &TenantId, event: &EventType, settings: &Settings) -> Pair {
        // A tenant of that name shares the label of the others: removing its series would remove theirs.
        if tenant.as_str() == OTHER {
            return self.shared(event.as_str(), settings);
        }
        let meter =
            (settings.tenant_label == TenantLabel::Top).then(|| self.meters.entry(tenant.clone()).or_default().clone());
        let has_seat = match settings.tenant_label {
            TenantLabel::Full => true,
            TenantLabel::Top => self.own.contains_key(tenant) || self.own.len() < settings.top_tenants,
            TenantLabel::Off => false,
        };
        if !has_seat {
            return Pair { meter, ..self.shared(event.as_str(), settings) };
        }
        let own = self.own.entry(tenant.clone()).or_default();
        if let Some(known) = own.get(event) {
            return Pair::new(known.clone(), meter, Place::Own);
        }
        // No tenant may use up the cap by inventing event types.
        if self.pairs >= settings.max_pairs || own.len() >= settings.max_pairs.div_ceil(4) {
            return Pair { meter, is_capped: true, ..self.shared(event.as_str(), settings) };
        }
        self.pairs += 1;
        let name: Arc<str> = event.as_str().into();
        let responses = self.responses.entry(name.clone()).or_default().clone();
        let made = Arc::new(Children::new(name, tenant.as_str().into(), responses));
        self.own.entry(tenant.clone()).or_default().insert(event.clone(), made.clone());
        Pair::new(made, meter, Place::Own)
    }

    /// The pair of an event type and the tenants that share a label. Beyond the cap event types share a label too.
    pub(super) fn shared(&mut self, event: &str, settings: &Settings) -> Pair {
        if let Some(known) = self.shared.get(event) {
            return Pair::new(known.clone(), None, Place::Shared);
        }
        let most = match settings.tenant_label {
            TenantLabel::Off => settings.max_pairs,
            TenantLabel::Full | TenantLabel::Top => settings.max_pairs.div_ceil(4),
        };
        let (event, place) =
            if self.shared.len() < most { (event, Place::Shared) } else { (OTHER, Place::BeyondTheCap) };
        let tenant = if settings.tenant_label == TenantLabel::Off { ALL_TENANTS } else { OTHER };
        let name: Arc<str> = event.into();
        let responses = self.responses.entry(name.clone()).or_default().clone();
        let make = || Arc::new(Children::new(name.clone(), tenant.into(), responses));
        Pair::new(self.shared.entry(name.clone()).or_insert_with(make).clone(), None, place)
    }

    /// Removes a tenant's series.
    pub(super) fn remove(&mut self, tenant: &TenantId, fate: Fate, families: &Families) {
        if fate == Fate::Deleted {
            self.meters.remove(tenant);
        }
        for children in self.own.remove(tenant).into_iter().flat_map(HashMap::into_values) {
            self.pairs -= 1;
            children.retire(fate, families);
        }
    }

    /// Removes the responses to event types that no pair has any more.
    pub(super) fn drop_unused(&mut self, families: &Families) {
        let used: std::collections::HashSet<Arc<str>> = self
            .own
            .values()
            .flat_map(HashMap::values)
            .chain(self.shared.values())
            .map(|one| one.event.clone())
            .collect();
        self.responses.retain(|event, responses| {
            let is_used = used.contains(event);
            if !is_used {
                responses.remove(event, families);
            }
            is_used
        });
    }

    /// Ranks the tenants by their deliveries lately, of which half is forgotten. Returns the tenants that lose their series,
    /// and whether any tenant loses or gets them.
    pub(super) fn rank(&mut self, seats: usize) -> (Vec<TenantId>, bool) {
        let counts = self
            .meters
            .iter()
            .map(|(tenant, meter)| (tenant.clone(), meter.load(Relaxed), self.own.contains_key(tenant)));
        let ranked = ranking::rank(counts.collect(), seats);
        let promoted = ranked.promoted.len();
        for tenant in ranked.promoted {
            self.own.entry(tenant).or_default();
        }
        // Tenants without deliveries are forgotten; a pair that still has the meter only counts in vain.
        self.meters.retain(|tenant, meter| {
            let count = meter.load(Relaxed);
            meter.fetch_sub(count.div_ceil(2), Relaxed);
            count > 0 || self.own.contains_key(tenant)
        });
        let has_changed = promoted > 0 || !ranked.demoted.is_empty();
        (ranked.demoted, has_changed)
    }
}

/// Seats that a new tenant takes at once.
fn free_seats(settings: &Settings) -> usize {
    if settings.tenant_label == TenantLabel::Top { settings.top_tenants } else { 0 }
}
