//! Checks published events against the catalog. In strict mode an unknown type or a payload that violates its schema is
//! refused; otherwise the event is accepted, and the mismatch is counted and logged.

use crate::{
    catalog::{CompiledCatalog, CurrentCatalog},
    problem::Problem,
    warnings::Warnings,
};
use model::{
    Clock, EventType, FieldErrors, Invalid, TenantId, Timestamp,
    catalog::Catalog,
    operational::PREFIX,
    schema::{Breach, subject},
};
use parking_lot::Mutex;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, Ordering::Relaxed},
    },
};

/// A mismatch between an event and the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Misfit {
    Unknown,
    Schema,
}

/// Number of mismatches of one kind, with the last one.
#[derive(Clone, Debug)]
pub(crate) struct MisfitCount {
    pub(crate) times: u64,
    pub(crate) last_at: Timestamp,
    pub(crate) last_fault: String,
}

/// The comparison of an event with the catalog.
#[derive(Debug)]
pub(crate) enum Finding {
    Fits,
    /// The type is not in the catalog; with the most similar name there.
    Unknown(Option<EventType>),
    /// Each violation of the type's schema; never empty.
    Breaches(Vec<Breach>),
}

/// Names of the request's fields with the event's type and data, and the sink for warnings.
pub(crate) struct FieldNames<'p> {
    pub(crate) type_field: &'p str,
    pub(crate) data_field: &'p str,
    pub(crate) warnings: &'p Warnings,
}

/// Minimum Jaro-Winkler similarity of a name that is suggested.
const ALIKE: f64 = 0.85;

/// The catalog's event type whose name is most similar to an unknown one.
fn nearest(catalog: &Catalog, unknown: &EventType) -> Option<EventType> {
    let entries = catalog.iter().filter(|entry| !entry.retired);
    let scored = entries.map(|entry| (strsim::jaro_winkler(entry.event_type.as_str(), unknown.as_str()), entry));
    let (score, entry) = scored.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (score >= ALIKE).then(|| entry.event_type.clone())
}

/// Refuses events that only Postrider itself publishes.
fn reserved(tenant: &TenantId, event_type: &EventType, type_field: &str) -> Result<(), Problem> {
    let fault = if event_type.is_operational() {
        format!("must not begin with {PREFIX}: the server publishes these events itself")
    } else if tenant.is_system() {
        format!("cannot be published in the tenant {tenant}: it receives the server's operational events only")
    } else {
        return Ok(());
    };
    Err(Problem::invalid(type_field, fault))
}

/// Compares an event with the catalog. `has_budget` is asked before its payload is checked.
fn find(catalog: &CompiledCatalog, event_type: &EventType, data: &str, has_budget: impl Fn() -> bool) -> Finding {
    let Some(entry) = catalog.get(event_type.as_str()) else { return Finding::Unknown(nearest(catalog, event_type)) };
    if entry.schema.is_none() || !has_budget() {
        return Finding::Fits;
    }
    let Some(schema) = catalog.schema(entry) else { return Finding::Fits };
    let Ok(value) = serde_json::from_str::<Value>(data) else { return Finding::Fits };
    match schema.check(subject(&value)) {
        breaches if breaches.is_empty() => Finding::Fits,
        breaches => Finding::Breaches(breaches),
    }
}

/// Checks published events and counts mismatches.
pub(crate) struct CatalogCheck {
    strict: bool,
    catalog: Arc<CurrentCatalog>,
    clock: Arc<dyn Clock>,
    counts: Mutex<BTreeMap<(EventType, Misfit), MisfitCount>>,
    /// The second of the last schema check; `checked` counts the checks in it.
    second: AtomicI64,
    checked: AtomicU32,
}

/// Maximum number of schema checks per second outside strict mode, so that they do not slow down publishing.
const CHECKS_A_SECOND: u32 = 500;
/// Maximum number of pairs of event type and mismatch that are counted.
const COUNTS_MAX: usize = 1_000;

impl CatalogCheck {
    pub(crate) fn new(strict: bool, catalog: Arc<CurrentCatalog>, clock: Arc<dyn Clock>) -> Self {
        let (second, checked) = (AtomicI64::new(0), AtomicU32::new(0));
        Self { strict, catalog, clock, counts: Mutex::default(), second, checked }
    }

    /// Mismatches since the start, by event type.
    pub(crate) fn counts(&self) -> Vec<((EventType, Misfit), MisfitCount)> {
        self.counts.lock().iter().map(|(key, count)| (key.clone(), count.clone())).collect()
    }

    /// The mismatch between an event and the catalog, if any; an error in strict mode. `data` must be a JSON object.
    pub(crate) fn check(
        &self,
        tenant: &TenantId,
        event_type: &EventType,
        data: &str,
        names: &FieldNames<'_>,
    ) -> Result<Option<Misfit>, Problem> {
        let FieldNames { type_field, data_field, warnings } = *names;
        reserved(tenant, event_type, type_field)?;
        let has_budget = || self.strict || self.has_budget();
        match find(&self.catalog.get(), event_type, data, has_budget) {
            Finding::Fits => Ok(None),
            Finding::Unknown(hint) if self.strict => {
                let hint = hint.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
                Err(Problem::invalid(type_field, format!("Unsupported event types: {event_type}{hint}")))
            }
            Finding::Unknown(hint) => {
                let hint = hint.map(|name| format!("; the nearest name there is {name}")).unwrap_or_default();
                warnings.add(format!("{type_field}: {event_type} is not in the catalog{hint}"));
                self.count(tenant, event_type, Misfit::Unknown, "the type is not in the catalog".into());
                Ok(Some(Misfit::Unknown))
            }
            Finding::Breaches(breaches) if self.strict => {
                let fault =
                    |breach: &Breach| Invalid::new(format!("{data_field}{}", breach.pointer), breach.message.clone());
                Err(FieldErrors(breaches.iter().map(fault).collect()).into())
            }
            Finding::Breaches(breaches) => {
                let first = breaches.first().map(ToString::to_string).unwrap_or_default();
                self.count(tenant, event_type, Misfit::Schema, first);
                Ok(Some(Misfit::Schema))
            }
        }
    }

    /// Compares an event with the catalog, and counts nothing. Refuses events that only Postrider itself publishes.
    pub(crate) fn preview(
        &self,
        tenant: &TenantId,
        event_type: &EventType,
        data: &str,
        type_field: &str,
    ) -> Result<Finding, Problem> {
        reserved(tenant, event_type, type_field)?;
        Ok(find(&self.catalog.get(), event_type, data, || true))
    }

    /// True when events that do not fit the catalog are refused.
    pub(crate) const fn is_strict(&self) -> bool {
        self.strict
    }

    fn has_budget(&self) -> bool {
        let now = self.clock.now().seconds();
        if self.second.swap(now, Relaxed) != now {
            self.checked.store(0, Relaxed);
        }
        self.checked.fetch_add(1, Relaxed) < CHECKS_A_SECOND
    }

    fn count(&self, tenant: &TenantId, event_type: &EventType, misfit: Misfit, fault: String) {
        let mut counts = self.counts.lock();
        let key = (event_type.clone(), misfit);
        if counts.len() >= COUNTS_MAX && !counts.contains_key(&key) {
            return;
        }
        let now = self.clock.now();
        let count = counts.entry(key).or_insert(MisfitCount { times: 0, last_at: now, last_fault: String::new() });
        count.times += 1;
        count.last_at = now;
        count.last_fault.clone_from(&fault);
        // Only the 1st, 2nd, 4th, 8th … is logged: a faulty publisher would flood the log.
        if count.times.is_power_of_two() {
            tracing::warn!(%tenant, %event_type, times = count.times, fault, "event does not match the catalog");
        }
    }
}
