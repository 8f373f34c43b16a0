//! Batching: several events in one request.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A subscription gets its events in batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "StoredBatching")]
pub struct Batching {
    max_events: u16,
    max_wait_ms: u32,
    #[serde(default, skip_serializing_if = "BatchFormat::is_default")]
    format: BatchFormat,
}

/// The body of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchFormat {
    /// A JSON array.
    #[default]
    Json,
    /// One JSON object on each line, each line ended by a line feed (<https://github.com/ndjson/ndjson-spec>).
    Ndjson,
}

impl BatchFormat {
    pub const ALL: [Self; 2] = [Self::Json, Self::Ndjson];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// The value of `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Reason why a number of a batching is refused; a sentence without the field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBatching {
    #[error("must be between {} and {}", Batching::EVENTS.0, Batching::EVENTS.1)]
    Events,
    #[error("must be between 0 and {}", Batching::WAIT_MAX)]
    Wait,
}

impl Batching {
    /// The bounds of `max_events`.
    pub const EVENTS: (u16, u16) = (2, 1_000);
    /// The upper bound of `max_wait_ms`.
    pub const WAIT_MAX: u32 = 60_000;
    /// Bytes of data and metadata in one batch, at most; a larger event is sent in a batch of its own.
    pub const BYTES_MAX: usize = 1024 * 1024;

    pub fn try_new(max_events: i64, max_wait_ms: i64, format: BatchFormat) -> Result<Self, BadBatching> {
        let events = u16::try_from(max_events).ok().filter(|n| (Self::EVENTS.0..=Self::EVENTS.1).contains(n));
        let wait = u32::try_from(max_wait_ms).ok().filter(|wait| *wait <= Self::WAIT_MAX);
        let (max_events, max_wait_ms) = (events.ok_or(BadBatching::Events)?, wait.ok_or(BadBatching::Wait)?);
        Ok(Self { max_events, max_wait_ms, format })
    }

    pub const fn max_events(&self) -> u16 {
        self.max_events
    }

    /// The time that the first event of a batch waits for others, at most.
    pub const fn max_wait(&self) -> Duration {
        Duration::from_millis(self.max_wait_ms as u64)
    }

    pub const fn format(&self) -> BatchFormat {
        self.format
    }
}

/// A batching as a store has it, unchecked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredBatching {
    max_events: i64,
    max_wait_ms: i64,
    #[serde(default)]
    format: BatchFormat,
}

impl TryFrom<StoredBatching> for Batching {
    type Error = BadBatching;

    fn try_from(stored: StoredBatching) -> Result<Self, BadBatching> {
        Self::try_new(stored.max_events, stored.max_wait_ms, stored.format)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_bounds() {
        for (events, wait, expected) in [
            (2, 0, None),
            (1_000, 60_000, None),
            (1, 0, Some(BadBatching::Events)),
            (1_001, 0, Some(BadBatching::Events)),
            (-2, 0, Some(BadBatching::Events)),
            (i64::MAX, 0, Some(BadBatching::Events)),
            (2, -1, Some(BadBatching::Wait)),
            (2, 60_001, Some(BadBatching::Wait)),
        ] {
            assert_eq!(Batching::try_new(events, wait, BatchFormat::Json).err(), expected, "{events} {wait}");
        }
        assert_eq!(BadBatching::Events.to_string(), "must be between 2 and 1000");
        assert_eq!(BadBatching::Wait.to_string(), "must be between 0 and 60000");
    }

    #[test]
    fn stored_batchings_are_read_back() {
        for format in BatchFormat::ALL {
            let batching = Batching::try_new(10, 250, format).unwrap();
            let text = serde_json::to_string(&batching).unwrap();
            assert_eq!(serde_json::from_str::<Batching>(&text).unwrap(), batching);
            assert_eq!(BatchFormat::parse(format.name()), Some(format));
        }
        assert_eq!(BatchFormat::parse("csv"), None);
        for bad in
            [r#"{"max_events":1,"max_wait_ms":1}"#, r#"{"max_events":2}"#, r#"{"max_events":2,"max_wait_ms":1,"x":1}"#]
        {
            assert!(serde_json::from_str::<Batching>(bad).is_err(), "{bad}");
        }
    }
}
