//! The parts from which spans are made: ids, times, and the sink.

use super::{sampler::Sampler, span::SpanSink};
use model::{Clock, IdSource, SpanId, Timestamp, TraceId};
use std::sync::Arc;

/// Makes spans and passes them on.
#[derive(Debug)]
pub(super) struct Recorder {
    pub(super) sink: Arc<dyn SpanSink>,
    pub(super) sampler: Sampler,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<IdSource>,
}

impl Recorder {
    /// The wall clock: spans are compared with those of other machines.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.wall()
    }

    pub(super) fn trace_id(&self) -> TraceId {
        loop {
            let mut bytes = [0; 16];
            self.ids.secret(&mut bytes);
            if let Some(id) = TraceId::new(u128::from_be_bytes(bytes)) {
                return id;
            }
        }
    }

    pub(super) fn span_id(&self) -> SpanId {
        loop {
            let mut bytes = [0; 8];
            self.ids.secret(&mut bytes);
            if let Some(id) = SpanId::new(u64::from_be_bytes(bytes)) {
                return id;
            }
        }
    }
}
