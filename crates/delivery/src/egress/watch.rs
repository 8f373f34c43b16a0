//! Measures the parts of a request's duration, where they happen.

use model::Timings;
use std::time::Instant;

/// The progress of a request, which determines the error message of a timeout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    #[default]
    Resolving,
    Connecting,
    Handshake,
    /// The request is being sent, or was sent.
    Waiting,
}

/// The progress of a request, with the time of each part.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Watch {
    stage: Stage,
    since: Option<Instant>,
    timings: Timings,
}

#[allow(clippy::disallowed_methods, reason = "only durations are measured")]
fn now() -> Instant {
    Instant::now()
}

impl Watch {
    pub(super) const fn stage(&self) -> Stage {
        self.stage
    }

    /// Begins a new exchange: the parts of an earlier one, which is repeated, are forgotten.
    pub(super) fn begin(&mut self, stage: Stage) {
        *self = Self { stage, since: Some(now()), timings: Timings::default() };
    }

    /// Ends the current part.
    pub(super) fn enter(&mut self, stage: Stage) {
        let now = now();
        let spent = self.since.replace(now).map(|since| now.duration_since(since));
        match self.stage {
            Stage::Resolving => self.timings.dns = spent,
            Stage::Connecting => self.timings.connect = spent,
            Stage::Handshake => self.timings.tls = spent,
            Stage::Waiting => {}
        }
        self.stage = stage;
    }

    /// The response's status has arrived.
    pub(super) fn answered(&mut self) {
        let now = now();
        self.timings.first_byte = self.since.replace(now).map(|since| now.duration_since(since));
    }

    /// The exchange has ended, with or without a response.
    pub(super) fn ended(&mut self, has_status: bool) -> Timings {
        if has_status {
            self.timings.rest = self.since.map(|since| since.elapsed());
        } else {
            self.enter(Stage::Waiting);
        }
        self.timings
    }
}
