//! Traces: which events are traced, and the spans of those that are (`docs/tracing.md`). Each event has one trace: the
//! publisher's, or a new one. An event that is not traced costs a comparison.

mod attempt;
mod publish;
mod recorder;
mod sampler;
mod span;

pub(crate) use attempt::Attempting;
pub(crate) use publish::Publishing;
pub use sampler::Sampler;
pub use span::{Span, SpanKind, SpanSink, SpanValue};

use crate::draft::Draft;
use model::{Clock, IdSource, TraceContext};
use recorder::Recorder;
use std::sync::Arc;

/// Decides about traces and makes spans.
#[derive(Clone, Debug, Default)]
pub struct Traces(Option<Arc<Recorder>>);

impl Traces {
    /// No spans: a publisher's context is kept with its event and passed on unchanged.
    pub const fn off() -> Self {
        Self(None)
    }

    /// Passes the spans of sampled events on.
    pub fn to(sink: Arc<dyn SpanSink>, sampler: Sampler, clock: Arc<dyn Clock>, ids: Arc<IdSource>) -> Self {
        Self(Some(Arc::new(Recorder { sink, sampler, clock, ids })))
    }

    /// Begins the publication of an event: gives the draft the context to keep. Returns the span if it is sampled.
    pub(crate) fn publish(&self, draft: &mut Draft) -> Option<Publishing> {
        publish::begin(self.0.as_ref()?, draft)
    }

    /// Begins an attempt for an event with this context. Returns the span if the event is sampled.
    pub(crate) fn attempt(&self, event: Option<&TraceContext>) -> Option<Attempting> {
        let (recorder, event) = (self.0.as_ref()?, event?);
        event.is_sampled().then(|| attempt::begin(recorder, event))
    }
}

#[cfg(test)]
mod tests;
