//! Matching: the subscriptions to which an event goes, by its type, its channels and their filters. The publisher, the
//! outbox, replays and previews share it.

use crate::{content::Content, index::Index, target::Target};
use model::SubscriptionId;
use std::sync::Arc;

/// The subscriptions of an event's type.
#[derive(Debug, Default)]
pub(crate) struct Matched {
    /// Subscriptions to which the event goes, in a stable order.
    pub(crate) targets: Vec<Arc<Target>>,
    /// Subscriptions that leave it out.
    pub(crate) filtered: Vec<SubscriptionId>,
}

/// The subscriptions of an event's type, divided by whether it goes to them.
pub(crate) fn matching(index: &Index, content: &Content<'_>) -> Matched {
    divide(index.matching(content.tenant, content.event_type), content)
}

/// Subscriptions of an event's type, divided by whether it goes to them.
pub(crate) fn divide(mut targets: Vec<Arc<Target>>, content: &Content<'_>) -> Matched {
    // Nearly all subscriptions choose by type alone.
    if !targets.iter().any(|target| target.subscription.policies.shape.chooses_by_content()) {
        return Matched { targets, filtered: Vec::new() };
    }
    let mut filtered = Vec::new();
    targets.retain(|target| {
        let goes = target.leaves_out(content).is_none();
        if !goes {
            filtered.push(target.subscription.id);
        }
        goes
    });
    Matched { targets, filtered }
}
