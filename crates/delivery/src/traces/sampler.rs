//! The decision whether an event is traced (OpenTelemetry SDK specification, *Sampling*).

use model::{TraceContext, TraceId};

/// Decides whether an event is traced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampler {
    /// Follow the decision of the publisher, if there is one (`parentbased_…`).
    pub follows_parent: bool,
    /// The share of the other traces, from 0 to 1.
    pub share: f64,
}

impl Sampler {
    pub(super) fn takes(self, trace: TraceId, parent: Option<&TraceContext>) -> bool {
        match parent {
            Some(parent) if self.follows_parent => parent.is_sampled(),
            // The low 63 bits are random; all implementations of the ratio decide by them.
            _ => ((trace.number() as u64) >> 1) < (self.share * (1_u64 << 63) as f64) as u64,
        }
    }
}
