//! Metrics: the families, their series within bounds, and the exposition formats. Knows neither stores nor wire types; the
//! other crates count here, and set the values that are read at a scrape.

mod attempted;
mod delivery;
pub mod families;
mod family;
mod http;
mod labelled;
mod outcome;
mod process;
mod register;
mod runtime;
mod settings;
mod text;

pub use attempted::Attempted;
pub use delivery::{Breaker, DisabledBy, EGRESS_REFUSALS, Engine, SHORTAGES};
pub use family::{Family, Kind};
pub use http::NO_ROUTE;
pub use labelled::{Held, Pair};
pub use outcome::Status;
pub use settings::{Settings, TenantLabel};
pub use text::Format;

use http::HttpRequests;
use labelled::Labelled;
use model::{EventType, TenantId};
use parking_lot::{Mutex, MutexGuard};
use prometheus::{GaugeVec, IntCounterVec, Registry};
use register::Registrar;
use std::{collections::HashMap, time::Duration};

/// All metrics of this process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    labelled: Labelled,
    /// The counters and histograms of the delivery of events.
    pub engine: Engine,
    http: HttpRequests,
    refused: IntCounterVec,
    scrape_errors: IntCounterVec,
    /// The values that are set at each scrape, by name; locked during a scrape.
    scraped: Mutex<HashMap<&'static str, GaugeVec>>,
}

/// Reasons for which a publisher's request is refused.
pub const REFUSALS: [&str; 8] =
    ["rate_limited", "backpressure", "too_large", "invalid", "unmatched", "unauthorized", "timeout", "unavailable"];

/// A part of the figures that a scrape reads.
pub const PARTS: [&str; 4] = ["backlog", "store", "replays", "nodes"];

impl Default for Metrics {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Metrics {
    pub fn new(settings: Settings) -> Self {
        let mut registrar = Registrar::default();
        let labelled = Labelled::new(&mut registrar, settings);
        let engine = Engine::new(&mut registrar);
        let http = HttpRequests::new(&mut registrar);
        let refused = registrar.counter(&families::REFUSED);
        let scrape_errors = registrar.counter(&families::SCRAPE_ERRORS);
        // A closed set of series exists from the start, so that a rate sees the first observation.
        REFUSALS.iter().for_each(|reason| drop(refused.with_label_values(&[reason])));
        PARTS.iter().for_each(|part| drop(scrape_errors.with_label_values(&[part])));
        let scraped = families::ALL.iter().filter(|family| family.is_scraped);
        let scraped = scraped.map(|family| (family.name, registrar.scraped(family))).collect();
        let (registry, _) = registrar.done();
        Self { registry, labelled, engine, http, refused, scrape_errors, scraped: Mutex::new(scraped) }
    }

    /// The pair of an event type and a tenant, from those that a subscription holds.
    pub fn pair(&self, held: &Held, tenant: &TenantId, event: &EventType) -> Pair {
        held.pair(&self.labelled, tenant, event)
    }

    /// Counts an attempt; to be called once its outcome is durable.
    pub fn attempted(&self, attempted: &Attempted) {
        self.labelled.attempted(attempted);
    }

    /// Counts the end of a delivery without an attempt; to be called once it is durable.
    pub fn ended(&self, pair: &Pair, status: Status) {
        self.labelled.ended(pair, status);
    }

    /// Counts an event; to be called once it is durable.
    pub fn published(&self, tenant: &TenantId, event: &EventType, is_matched: bool, filtered: usize) {
        self.labelled.published(tenant, event, is_matched, filtered);
    }

    /// Counts a publisher's request that was refused; `reason` is one of [`REFUSALS`].
    pub fn refused(&self, reason: &str) {
        self.refused.with_label_values(&[reason]).inc();
    }

    /// Counts a request to the API. `route` is the template of its path, or [`NO_ROUTE`].
    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.http.count(method, route, status, took);
    }

    /// Counts a scrape without the figures of a part; `part` is one of [`PARTS`].
    pub fn scrape_failed(&self, part: &str) {
        self.scrape_errors.with_label_values(&[part]).inc();
    }

    /// Removes the series of tenants that do not exist any more.
    pub fn retain_tenants(&self, exists: impl Fn(&TenantId) -> bool) {
        self.labelled.retain_tenants(exists);
    }

    /// Chooses the tenants with series of their own anew. To be called about once a minute.
    pub fn rank(&self) {
        self.labelled.rank();
    }

    /// Begins a scrape. Concurrent scrapes wait for it; it must not be held across an await.
    pub fn scrape(&self) -> Scrape<'_> {
        let values = self.scraped.lock();
        values.values().for_each(GaugeVec::reset);
        Scrape { metrics: self, values }
    }
}

/// A scrape: the values that are set in it, and then all families as text.
#[derive(Debug)]
pub struct Scrape<'m> {
    metrics: &'m Metrics,
    values: MutexGuard<'m, HashMap<&'static str, GaugeVec>>,
}

impl Scrape<'_> {
    /// Sets a value of a family that is read at each scrape; series that are not set are absent.
    pub fn set(&self, family: &Family, labels: &[&str], value: f64) {
        if let Some(values) = self.values.get(family.name) {
            values.with_label_values(labels).set(value);
        }
    }

    /// Adds the figures of the process and the runtime, and writes all families.
    pub fn finish(self, format: Format) -> String {
        process::read().into_iter().chain(runtime::read()).for_each(|(family, value)| self.set(family, &[], value));
        self.set(&families::SERIES, &[], self.metrics.labelled.series() as f64);
        let gathered = self.metrics.registry.gather();
        drop(self.values);
        let find = |name: &str| families::ALL.iter().copied().find(|family| family.name == name);
        text::write(&gathered, find, format)
    }
}

#[cfg(test)]
mod tests;
