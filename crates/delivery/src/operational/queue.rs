//! Operational events that wait to be written.

use super::event::{OperationalEvent, TenantLimitReached, hour};
use model::TenantId;
use parking_lot::Mutex;
use std::{
    collections::{HashSet, VecDeque},
    sync::atomic::AtomicU64,
};
use tokio::sync::Notify;

/// Maximum number of events that wait to be written.
pub(super) const CAPACITY: usize = 1_024;
/// Maximum number of tenants and limits that are remembered; the store deduplicates the others.
const REACHED_MAX: usize = 10_000;

/// Events that wait to be written.
#[derive(Default)]
pub(super) struct Queue {
    pub(super) waiting: Mutex<VecDeque<OperationalEvent>>,
    pub(super) arrived: Notify,
    /// Events that did not fit.
    pub(super) dropped: AtomicU64,
    /// The tenants and limits of the current hour that were reported.
    reached: Mutex<(i64, HashSet<(TenantId, String)>)>,
}

impl Queue {
    /// True for the first report of a tenant's limit in an hour.
    pub(super) fn is_first(&self, one: &TenantLimitReached) -> bool {
        let (now, mut reached) = (hour(one.reached_at), self.reached.lock());
        if reached.0 != now {
            *reached = (now, HashSet::new());
        }
        let key = (one.tenant_id.clone(), one.limit.to_string());
        reached.1.len() >= REACHED_MAX && !reached.1.contains(&key) || reached.1.insert(key)
    }
}
