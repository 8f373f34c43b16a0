//! The work that a change of the lanes asks for: requests to start, and refills.

use super::scheduler::Start;
use crate::{numbers::LaneNumber, target::Target};
use model::{DeliveryId, Queue, policy::breaker::Transition};
use std::sync::Arc;

/// A read of the next due deliveries of one queue from the store.
#[derive(Debug)]
pub(crate) struct Refill {
    pub(super) lane: LaneNumber,
    pub(super) target: Arc<Target>,
    pub(super) queue: Queue,
    pub(super) limit: usize,
    pub(super) held: Vec<DeliveryId>,
}

/// Requests to start and refills to run.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) starts: Vec<Start>,
    pub(crate) refills: Vec<Refill>,
    /// Changes of circuit breakers, to be stored.
    pub(crate) transitions: Vec<(Arc<Target>, Transition)>,
}
