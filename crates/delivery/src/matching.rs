//! Matching: the subscriptions to which an event goes, by its type, its channels and their filters. The publisher, the
//! outbox, replays and previews share it.

use crate::{draft::Draft, index::Index, target::Target};
use model::{Channels, EventType, SubscriptionId, TenantId};
use filter::{Decision, Filter, UnreadableDocument};
use std::{cell::OnceCell, sync::Arc};

/// The subscriptions of an event's type.
#[derive(Debug, Default)]
pub(crate) struct Matched {
    /// Subscriptions to which the event goes, in a stable order.
    pub(crate) targets: Vec<Arc<Target>>,
    /// Subscriptions that leave it out.
    pub(crate) filtered: Vec<SubscriptionId>,
}

/// Why a subscription of an event's type does not get the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LeftOut {
    /// The event has none of its channels.
    Channels,
    /// Its filter is not true; with the reason as a sentence.
    Filter(String),
}

/// An event as filters see it. Its JSON is parsed once, and only if a filter asks for it.
pub(crate) struct Content<'e> {
    pub(crate) tenant: &'e TenantId,
    pub(crate) event_type: &'e EventType,
    pub(crate) channels: &'e Channels,
    data: &'e [u8],
    metadata: &'e [u8],
    document: OnceCell<Result<filter::Document, UnreadableDocument>>,
}

impl<'e> Content<'e> {
    pub(crate) const fn new(
        tenant: &'e TenantId,
        event_type: &'e EventType,
        channels: &'e Channels,
        (data, metadata): (&'e [u8], &'e [u8]),
    ) -> Self {
        Self { tenant, event_type, channels, data, metadata, document: OnceCell::new() }
    }

    pub(crate) fn of_draft(tenant: &'e TenantId, draft: &'e Draft) -> Self {
        Self::new(tenant, &draft.event_type, &draft.channels, (&draft.data, &draft.metadata))
    }

    pub(crate) fn of_event(event: &'e model::Event) -> Self {
        Self::new(&event.tenant, &event.event_type, &event.channels, (&event.data, &event.metadata))
    }

    /// The decision of a filter.
    pub(crate) fn decide(&self, filter: &Filter) -> Result<(), String> {
        let document = self.document.get_or_init(|| {
            filter::Document::parse(self.event_type.as_str(), self.tenant.as_str(), self.data, self.metadata)
        });
        match document.as_ref().map(|document| filter.decide(document)) {
            Ok(Decision::Matches) => Ok(()),
            Ok(Decision::Differs(why)) => Err(why.to_string()),
            Err(fault) => Err(fault.to_string()),
        }
    }
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
