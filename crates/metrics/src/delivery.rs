//! Counters and histograms of the delivery of events. Handles are made once, so that counting is an atomic addition.

use crate::{families, register::Registrar};
use prometheus::{Histogram, IntCounter, IntCounterVec};
use std::time::Duration;

/// A transition of a circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaker {
    Opened,
    Closed,
}

/// Why a subscription was disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisabledBy {
    /// The receiver answered 410.
    Gone,
    /// The receiver answered nothing but failures for too long.
    Failing,
    /// A client paused it.
    Manual,
}

/// The counters and histograms.
#[derive(Debug)]
pub struct Engine {
    pub queue_seconds: Histogram,
    pub request_seconds: Histogram,
    pub spills: IntCounter,
    pub refills: IntCounter,
    pub journal_writes: Histogram,
    pub journal_seconds: Histogram,
    pub journal_failed: IntCounter,
    breakers: [IntCounter; 2],
    disabled: [IntCounter; 3],
    egress: IntCounterVec,
    put_off: IntCounterVec,
}

/// Reasons for which a destination is refused: the kinds of addresses that the address policy does not allow, the port policy,
/// and the list of hosts of a tenant.
pub const EGRESS_REFUSALS: [&str; 9] = [
    "loopback",
    "private_address",
    "shared_address",
    "link_local",
    "metadata_service",
    "multicast",
    "reserved_address",
    "port",
    "host",
];

/// Resources of this machine that requests need.
pub const SHORTAGES: [&str; 6] = ["descriptors", "memory", "ports", "connections", "resolver", "scripts"];

const NO_LABELS: [&str; 0] = [];

impl Engine {
    pub(crate) fn new(registrar: &mut Registrar) -> Self {
        let mut plain = |family| registrar.counter(family).with_label_values(&NO_LABELS);
        let (spills, refills, journal_failed) =
            (plain(&families::SPILLS), plain(&families::REFILLS), plain(&families::JOURNAL_FAILED));
        let mut histogram = |family| registrar.histogram(family).with_label_values(&NO_LABELS);
        let (queue_seconds, request_seconds) =
            (histogram(&families::QUEUE_SECONDS_SPENT), histogram(&families::REQUEST_SECONDS));
        let (journal_writes, journal_seconds) =
            (histogram(&families::JOURNAL_WRITES), histogram(&families::JOURNAL_SECONDS));
        let (breakers, disabled) = (registrar.counter(&families::BREAKERS), registrar.counter(&families::DISABLED));
        let (egress, put_off) = (registrar.counter(&families::EGRESS_REFUSALS), registrar.counter(&families::PUT_OFF));
        // A closed set of series exists from the start, so that a rate sees the first observation.
        EGRESS_REFUSALS.iter().for_each(|reason| drop(egress.with_label_values(&[reason])));
        SHORTAGES.iter().for_each(|reason| drop(put_off.with_label_values(&[reason])));
        Self {
            queue_seconds,
            request_seconds,
            spills,
            refills,
            journal_writes,
            journal_seconds,
            journal_failed,
            breakers: ["open", "closed"].map(|to| breakers.with_label_values(&[to])),
            disabled: ["gone", "failing", "manual"].map(|reason| disabled.with_label_values(&[reason])),
            egress,
            put_off,
        }
    }

    pub fn breaker(&self, to: Breaker) {
        self.breakers[to as usize].inc();
    }

    pub fn disabled(&self, by: DisabledBy) {
        self.disabled[by as usize].inc();
    }

    /// The rules for destinations refused a request or a URL. `reason` is one of [`EGRESS_REFUSALS`].
    pub fn egress_refused(&self, reason: &'static str) {
        self.egress.with_label_values(&[reason]).inc();
    }

    /// A request was put off for want of a resource of this machine. `reason` is one of [`SHORTAGES`].
    pub fn put_off(&self, reason: &'static str) {
        self.put_off.with_label_values(&[reason]).inc();
    }

    /// A commit of so many writes is durable after this time.
    pub fn committed(&self, writes: usize, took: Duration) {
        self.journal_writes.observe(writes as f64);
        self.journal_seconds.observe(took.as_secs_f64());
    }
}
