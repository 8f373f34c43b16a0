//! A request that the scheduler starts, with its deliveries.

use super::super::{job::Job, lane::Room};
use crate::numbers::LaneNumber;

/// A request to send now.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) lane: LaneNumber,
    pub(crate) job: Job,
    /// The other deliveries of a batch.
    pub(crate) more: Vec<Job>,
    pub(crate) room: Room,
}

impl Start {
    /// Its deliveries.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = &Job> {
        std::iter::once(&self.job).chain(&self.more)
    }

    /// Approximate size of its events in memory, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.jobs().map(|job| job.outgoing.weight()).sum()
    }
}
