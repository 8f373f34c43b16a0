//! The receiver of what the journal has committed.

use crate::{numbers::LaneNumber, outgoing::Offer};
use model::{DeliveryId, SubscriptionId, TenantId, Timestamp};

/// A delivery whose attempt is over for this process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settled {
    pub(crate) lane: LaneNumber,
    pub(crate) delivery: DeliveryId,
    pub(crate) after: After,
}

/// The state of a delivery in the store after its attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// It has ended, or was never stored.
    Ended,
    /// Its next attempt is due at this time.
    RetryAt(Timestamp),
    /// The outcome was not recorded, since this node did not own the delivery. It may own it again: a node that was
    /// declared lost takes part in the take-over of its own deliveries.
    NotRecorded,
}

/// Receives what the journal has committed. Called on the journal's task, in the order of the commits: it must not wait.
pub(crate) trait CommitSink: Send + Sync {
    /// The receiver answered 410 Gone, and the subscription is disabled.
    fn gone(&self, tenant: &TenantId, subscription: SubscriptionId);

    /// Outcomes of attempts are durable.
    fn settled(&self, settled: Vec<Settled>);

    /// New events are durable, and these are their deliveries.
    fn appended(&self, offers: Vec<Offer>);

    /// A commit failed, and the store may have carried it out all the same.
    fn unsure(&self);
}
