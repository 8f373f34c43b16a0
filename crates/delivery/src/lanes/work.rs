//! Work that a change of the lanes calls for.

use super::scheduler::Start;
use crate::target::Target;
use model::{DeliveryId, Queue};
use std::sync::Arc;

/// A look into the store for due deliveries of one queue.
#[derive(Debug)]
pub(crate) struct Refill {
    pub(super) lane: usize,
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
}
