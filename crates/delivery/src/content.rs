//! An event as channels and filters see it.

use crate::draft::Draft;
use filter::{Decision, Filter, UnreadableDocument};
use model::{Channels, EventType, TenantId};
use std::cell::OnceCell;

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
