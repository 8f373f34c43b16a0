//! Delayed events: the rule of `deliver_at`, the time before which no delivery of an event is sent.

use crate::time::{NotATimestamp, Timestamp};
use std::time::Duration;

/// The longest delay of an event. An installation that keeps events for a shorter time allows no more than that.
pub const DELAY_MAX: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Why a `deliver_at` is refused. Displayed as the rest of a sentence about the field.
#[derive(Debug, thiserror::Error)]
pub enum BadDeliverAt {
    #[error(transparent)]
    NotATimestamp(#[from] NotATimestamp),
    #[error("must be no later than {latest}: an event can be delayed by {} days at most", most.as_secs() / (24 * 60 * 60))]
    TooLate { latest: Timestamp, most: Duration },
}

/// Reads a `deliver_at`. `most` is the longest delay that the installation allows. A fraction of a millisecond rounds up:
/// times are stored and shown in milliseconds, and nothing is sent early. A time in the past is valid and means now.
pub fn deliver_at(text: &str, now: Timestamp, most: Duration) -> Result<Timestamp, BadDeliverAt> {
    let at = Timestamp::parse(text)?.up_to_millis();
    let latest = now.after(most);
    if at > latest {
        return Err(BadDeliverAt::TooLate { latest, most });
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    #[test]
    fn deliver_at_is_a_time_with_an_offset_up_to_the_longest_delay() {
        let now = Timestamp::parse("2026-01-31T09:30:00Z").unwrap();
        for (text, most, expected) in [
            ("2026-01-31T09:30:00Z", DELAY_MAX, Ok("2026-01-31T09:30:00.000Z")),
            ("2026-01-31T12:30:00.5+02:00", DELAY_MAX, Ok("2026-01-31T10:30:00.500Z")),
            ("2026-01-31T09:30:00.0004Z", DELAY_MAX, Ok("2026-01-31T09:30:00.001Z")),
            ("1999-12-31T23:59:59Z", DELAY_MAX, Ok("1999-12-31T23:59:59.000Z")),
            ("2026-03-02T09:30:00Z", DELAY_MAX, Ok("2026-03-02T09:30:00.000Z")),
            (
                "2026-03-02T09:30:00.0001Z",
                DELAY_MAX,
                Err("must be no later than 2026-03-02T09:30:00.000Z: an event can be delayed by 30 days at most"),
            ),
            ("2026-02-07T09:30:00Z", 7 * DAY, Ok("2026-02-07T09:30:00.000Z")),
            (
                "2026-02-07T09:30:01Z",
                7 * DAY,
                Err("must be no later than 2026-02-07T09:30:00.000Z: an event can be delayed by 7 days at most"),
            ),
            (
                "2026-01-31T12:30:00",
                DELAY_MAX,
                Err("must be an ISO 8601 date and time with an offset, for example 2026-01-31T09:30:00Z"),
            ),
            (
                "tomorrow",
                DELAY_MAX,
                Err("must be an ISO 8601 date and time with an offset, for example 2026-01-31T09:30:00Z"),
            ),
        ] {
            let found = deliver_at(text, now, most).map(|at| at.to_string()).map_err(|fault| fault.to_string());
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{text}");
        }
    }
}
