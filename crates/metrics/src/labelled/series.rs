//! The families with labels of event types and tenants, and the number of their series.

use crate::{families, register::Registrar};
use parking_lot::RwLock;
use prometheus::{HistogramVec, IntCounterVec};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The label of tenants without series of their own, and of event types beyond the cap.
pub(super) const OTHER: &str = "other";
/// The label of all tenants under [`crate::TenantLabel::Off`].
pub(super) const ALL_TENANTS: &str = "all";

#[derive(Debug)]
pub(super) struct Families {
    pub(super) deliveries: IntCounterVec,
    pub(super) durations: HistogramVec,
    pub(super) retries: IntCounterVec,
    pub(super) statuses: IntCounterVec,
    pub(super) published: IntCounterVec,
    pub(super) unmatched: IntCounterVec,
    pub(super) filtered: IntCounterVec,
    /// Series that exist.
    series: AtomicUsize,
    /// Read lock: while a series is created. Write lock: while the series of a pair are removed.
    pub(super) removing: RwLock<()>,
}

impl Families {
    pub(super) fn new(registrar: &mut Registrar) -> Self {
        Self {
            deliveries: registrar.counter(&families::DELIVERIES),
            durations: registrar.histogram(&families::DURATIONS),
            retries: registrar.counter(&families::RETRIES),
            statuses: registrar.counter(&families::HTTP_STATUS),
            published: registrar.counter(&families::PUBLISHED),
            unmatched: registrar.counter(&families::UNMATCHED),
            filtered: registrar.counter(&families::FILTERED),
            series: AtomicUsize::new(0),
            removing: RwLock::new(()),
        }
    }

    pub(super) fn series(&self) -> usize {
        self.series.load(Relaxed)
    }

    pub(super) fn added(&self) {
        self.series.fetch_add(1, Relaxed);
    }

    pub(super) fn removed(&self, count: usize) {
        self.series.fetch_sub(count, Relaxed);
    }
}
