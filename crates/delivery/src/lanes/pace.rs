//! The pace of a receiver, and the share of the concurrency limit that its requests use.

use std::time::Duration;

/// The share of the concurrency limit that a request uses until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Room {
    Slow,
    Unproven,
    Common,
}

/// The speed of a receiver, learnt from its last answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// No answer yet, or the last connection failed fast.
    Unproven,
    Quick,
    /// The last request took longer than [`SLOW`].
    Slow,
}

/// A request that takes longer makes its receiver slow, until a request is faster.
const SLOW: Duration = Duration::from_secs(1);
/// With one request in flight, such a receiver still gets 500 a second.
pub(super) const SWIFT: Duration = Duration::from_millis(2);

impl Pace {
    /// The pace that a request of this length shows.
    pub(super) fn of(took: Duration, answered: bool) -> Self {
        match (took > SLOW, answered) {
            (true, _) => Self::Slow,
            (false, true) => Self::Quick,
            // A fast failure (connection refused) uses no time, and does not prove that the receiver is quick.
            (false, false) => Self::Unproven,
        }
    }

    /// Maximum of concurrent requests to one receiver.
    pub(crate) const fn cap(self) -> usize {
        match self {
            Self::Unproven => 16,
            Self::Quick => 64,
            Self::Slow => 8,
        }
    }

    /// Maximum length of one queue in memory. A slow receiver needs no long queue.
    pub(crate) const fn queue(self) -> usize {
        match self {
            Self::Unproven => 1_024,
            Self::Quick => 8_192,
            Self::Slow => 64,
        }
    }
}
