//! Checks published events against the catalog. In strict mode an unknown type or a payload that violates its schema is
//! refused; otherwise the event is accepted, and the mismatch is counted and logged.

use crate::{App, family::Warnings, problem::Problem};
use model::{
    EventType, FieldErrors, Invalid, TenantId, Timestamp,
    catalog::{Catalog, CatalogEntry},
    schema::{PayloadSchema, subject},
};
use parking_lot::Mutex;
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, AtomicU32, Ordering::Relaxed},
    },
};

/// The catalog, with schemas compiled when they are first needed. Replaced as a whole when it changes.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) catalog: Catalog,
    schemas: HashMap<EventType, OnceLock<Option<PayloadSchema>>>,
}

impl Known {
    pub(crate) fn new(catalog: Catalog) -> Self {
        let with_schema = catalog.iter().filter(|entry| entry.schema.is_some());
        let schemas = with_schema.map(|entry| (entry.event_type.clone(), OnceLock::new())).collect();
        Self { catalog, schemas }
    }

    fn schema(&self, entry: &CatalogEntry) -> Option<&PayloadSchema> {
        // The schema was checked when it was registered or read, so it compiles.
        let compile = || PayloadSchema::compile(entry.schema.as_ref()?).ok();
        self.schemas.get(&entry.event_type)?.get_or_init(compile).as_ref()
    }
}

/// A mismatch between an event and the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Misfit {
    Unknown,
    Schema,
}

/// Number of mismatches of one kind, with the last one.
#[derive(Clone, Debug)]
pub(crate) struct Count {
    pub(crate) times: u64,
    pub(crate) last_at: Timestamp,
    pub(crate) last_fault: String,
}

/// Names of the request's fields with the event's type and data, and the sink for warnings.
pub(crate) struct Place<'p> {
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

/// Checks published events and counts mismatches.
#[derive(Debug)]
pub(crate) struct Types {
    strict: bool,
    counts: Mutex<BTreeMap<(EventType, Misfit), Count>>,
    /// The second of the last schema check; `checked` counts the checks in it.
    second: AtomicI64,
    checked: AtomicU32,
}

/// Maximum number of schema checks per second outside strict mode, so that they do not slow down publishing.
const CHECKS_A_SECOND: u32 = 500;
/// Maximum number of pairs of event type and mismatch that are counted.
const COUNTS_MAX: usize = 1_000;

impl Types {
    pub(crate) fn new(strict: bool) -> Self {
        Self { strict, counts: Mutex::default(), second: AtomicI64::new(0), checked: AtomicU32::new(0) }
    }

    /// Mismatches since the start, by event type.
    pub(crate) fn counts(&self) -> Vec<((EventType, Misfit), Count)> {
        self.counts.lock().iter().map(|(key, count)| (key.clone(), count.clone())).collect()
    }

    /// The mismatch between an event and the catalog, if any; an error in strict mode. `data` must be a JSON object.
    pub(crate) fn check(
        &self,
        app: &App,
        tenant: &TenantId,
        event_type: &EventType,
        data: &str,
        place: &Place<'_>,
    ) -> Result<Option<Misfit>, Problem> {
        let Place { type_field, data_field, warnings } = *place;
        let known: Arc<Known> = app.catalog();
        let Some(entry) = known.catalog.get(event_type.as_str()) else {
            let hint = nearest(&known.catalog, event_type);
            if self.strict {
                let hint = hint.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
                return Err(Problem::invalid(type_field, format!("Unsupported event types: {event_type}{hint}")));
            }
            let hint = hint.map(|name| format!("; the nearest name there is {name}")).unwrap_or_default();
            warnings.add(format!("{type_field}: {event_type} is not in the catalog{hint}"));
            self.count(app, tenant, event_type, Misfit::Unknown, "the type is not in the catalog".into());
            return Ok(Some(Misfit::Unknown));
        };
        if entry.schema.is_none() || (!self.strict && !self.has_budget(app)) {
            return Ok(None);
        }
        let Some(schema) = known.schema(entry) else { return Ok(None) };
        let Ok(value) = serde_json::from_str::<Value>(data) else { return Ok(None) };
        let breaches = schema.check(subject(&value));
        match breaches.first() {
            None => Ok(None),
            Some(_) if self.strict => {
                let fault = |breach: &model::schema::Breach| {
                    Invalid::new(format!("{data_field}{}", breach.pointer), breach.message.clone())
                };
                Err(FieldErrors(breaches.iter().map(fault).collect()).into())
            }
            Some(first) => {
                self.count(app, tenant, event_type, Misfit::Schema, first.to_string());
                Ok(Some(Misfit::Schema))
            }
        }
    }

    fn has_budget(&self, app: &App) -> bool {
        let now = app.clock.now().seconds();
        if self.second.swap(now, Relaxed) != now {
            self.checked.store(0, Relaxed);
        }
        self.checked.fetch_add(1, Relaxed) < CHECKS_A_SECOND
    }

    fn count(&self, app: &App, tenant: &TenantId, event_type: &EventType, misfit: Misfit, fault: String) {
        let mut counts = self.counts.lock();
        let key = (event_type.clone(), misfit);
        if counts.len() >= COUNTS_MAX && !counts.contains_key(&key) {
            return;
        }
        let now = app.clock.now();
        let count = counts.entry(key).or_insert(Count { times: 0, last_at: now, last_fault: String::new() });
        count.times += 1;
        count.last_at = now;
        count.last_fault.clone_from(&fault);
        // Only the 1st, 2nd, 4th, 8th … is logged: a faulty publisher would flood the log.
        if count.times.is_power_of_two() {
            tracing::warn!(%tenant, %event_type, times = count.times, fault, "event does not match the catalog");
        }
    }
}
