//! Counts of the metrics that wait for a commit.

use metrics::{Attempted, Metrics, Pair, Status};
use storage::NewEvent;

/// The count of an outcome or an end.
#[derive(Debug)]
pub(crate) enum Tally {
    Attempt(Box<Attempted>),
    /// The end of a delivery without an attempt.
    End(Pair, Status),
    /// Nothing was sent, and nothing has failed.
    Nothing,
}

impl Tally {
    pub(super) fn count(&self, metrics: &Metrics) {
        match self {
            Self::Attempt(attempted) => metrics.attempted(attempted),
            Self::End(pair, status) => metrics.ended(pair, *status),
            Self::Nothing => {}
        }
    }
}

/// Counts a published event. A test send is no event of the product.
pub(super) fn published(metrics: &Metrics, new: &NewEvent) {
    if !new.is_test() {
        metrics.published(&new.event.tenant, &new.event.event_type, !new.deliveries.is_empty(), new.filtered.len());
    }
}
