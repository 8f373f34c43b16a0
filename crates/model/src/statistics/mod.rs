//! Statistics of deliveries by hour: counts that are added up, and a sketch of latencies. They are sums, so the
//! statistics of a day, a tenant or an event type are merged from those of its hours.

mod kept;
mod sketch;
mod varint;

pub use kept::StatisticsRetention;
pub use sketch::{RELATIVE_ERROR, Sketch};
pub use varint::{Malformed, Reader, Writer};

use crate::{Attempt, DeliveryStatus, Timestamp, delivery::Next};
use std::fmt;

/// Microseconds of an hour.
const HOUR: i64 = 60 * 60 * 1_000_000;

/// An hour (UTC), counted from the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour(i32);

impl Hour {
    pub const fn of(at: Timestamp) -> Self {
        Self(at.micros().div_euclid(HOUR) as i32)
    }

    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// The number that stores keep.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The beginning of the hour.
    pub const fn start(self) -> Timestamp {
        Timestamp::from_micros(self.0 as i64 * HOUR)
    }

    /// The first hour of its day.
    #[must_use]
    pub const fn day(self) -> Self {
        Self(self.0 - self.0.rem_euclid(24))
    }

    #[must_use]
    pub const fn after(self, hours: i32) -> Self {
        Self(self.0.saturating_add(hours))
    }
}

impl fmt::Display for Hour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.start().fmt(f)
    }
}

/// Statuses of ended deliveries, in the order of [`Counts::ended`]. An expired delivery is an exhausted one.
pub const ENDED: [DeliveryStatus; 5] = [
    DeliveryStatus::Delivered,
    DeliveryStatus::Failed,
    DeliveryStatus::Exhausted,
    DeliveryStatus::Disabled,
    DeliveryStatus::Cancelled,
];

/// Counts of one hour, or of several. Each number counts rows of the log:
///
/// - `events`: events, by the time in their ids; only in totals of a tenant;
/// - `filtered`: subscriptions of an event's type to which it does not go, because of their filter or channels; they are
///   counted when the event is published, by the time in its id (the log has no rows of them);
/// - `created`: deliveries, by the time in their ids;
/// - `ended`: deliveries by their status, in the hour in which they got it. A delivery that is sent again by hand is
///   waiting and no longer counts as ended;
/// - `attempts`: attempts, by the time at which they began, without those that made no request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub events: u64,
    pub filtered: u64,
    pub created: u64,
    /// By [`ENDED`]. As an increment, negative for deliveries that wait again.
    pub ended: [i64; ENDED.len()],
    pub attempts: u64,
    /// Attempts without success.
    pub failed_attempts: u64,
    /// Attempts that were not the first one of their delivery.
    pub retries: u64,
    /// Durations of the attempts.
    pub latency: Sketch,
    /// When the first attempt began.
    pub first_at: Option<Timestamp>,
    /// When the last attempt began.
    pub last_at: Option<Timestamp>,
}

impl Counts {
    /// Adds `by` to the deliveries that ended with this status; a waiting delivery has not ended.
    pub fn add_ended(&mut self, status: DeliveryStatus, by: i64) {
        if let Some(at) = ENDED.iter().position(|one| *one == status) {
            self.ended[at] = self.ended[at].saturating_add(by);
        }
    }

    /// Adds an attempt with its consequence.
    pub fn add_attempt(&mut self, attempt: &Attempt, next: Next) {
        self.attempts += 1;
        self.failed_attempts += u64::from(next.status() != DeliveryStatus::Delivered);
        self.retries += u64::from(attempt.number > 1);
        self.latency.add(attempt.duration);
        self.first_at = earliest(self.first_at, Some(attempt.started_at));
        self.last_at = self.last_at.max(Some(attempt.started_at));
    }

    pub fn merge(&mut self, other: &Self) {
        self.events = self.events.saturating_add(other.events);
        self.filtered = self.filtered.saturating_add(other.filtered);
        self.created = self.created.saturating_add(other.created);
        for (sum, added) in self.ended.iter_mut().zip(other.ended) {
            *sum = sum.saturating_add(added);
        }
        self.attempts = self.attempts.saturating_add(other.attempts);
        self.failed_attempts = self.failed_attempts.saturating_add(other.failed_attempts);
        self.retries = self.retries.saturating_add(other.retries);
        self.latency.merge(&other.latency);
        self.first_at = earliest(self.first_at, other.first_at);
        self.last_at = self.last_at.max(other.last_at);
    }

    /// Deliveries that ended with this status; 0 for a status of waiting deliveries. A delivery that ended before
    /// statistics were kept, and was sent again since, is not subtracted from others.
    pub fn ended_as(&self, status: DeliveryStatus) -> u64 {
        let found = ENDED.iter().position(|one| *one == status);
        found.map_or(0, |at| u64::try_from(self.ended[at]).unwrap_or(0))
    }

    /// The fraction of attempts that succeeded, with four digits; `None` without attempts.
    pub fn success_rate(&self) -> Option<f64> {
        let succeeded = self.attempts.saturating_sub(self.failed_attempts);
        (self.attempts > 0).then(|| (succeeded as f64 / self.attempts as f64 * 10_000.0).round() / 10_000.0)
    }

    pub fn write(&self, writer: &mut Writer) {
        [self.events, self.filtered, self.created].into_iter().for_each(|count| writer.number(count));
        self.ended.iter().for_each(|count| writer.signed(*count));
        writer.number(self.attempts);
        if self.attempts == 0 {
            return;
        }
        writer.number(self.failed_attempts);
        writer.number(self.retries);
        for at in [self.first_at, self.last_at] {
            writer.signed(at.map_or(0, Timestamp::micros));
        }
        let latency = self.latency.encode();
        writer.number(latency.len() as u64);
        writer.bytes(&latency);
    }

    /// Reads what [`Self::write`] wrote; `is_first`: in the first version of the format, without events and filtered ones.
    pub fn read(reader: &mut Reader<'_>, is_first: bool) -> Result<Self, Malformed> {
        let mut counts = Self::default();
        if !is_first {
            (counts.events, counts.filtered) = (reader.number()?, reader.number()?);
        }
        counts.created = reader.number()?;
        for count in &mut counts.ended {
            *count = reader.signed()?;
        }
        counts.attempts = reader.number()?;
        if counts.attempts == 0 {
            return Ok(counts);
        }
        counts.failed_attempts = reader.number()?;
        counts.retries = reader.number()?;
        counts.first_at = Some(Timestamp::from_micros(reader.signed()?));
        counts.last_at = Some(Timestamp::from_micros(reader.signed()?));
        let length = usize::try_from(reader.number()?).map_err(|_| Malformed)?;
        counts.latency = Sketch::decode(reader.bytes(length)?)?;
        Ok(counts)
    }
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::EndStatus;
    use bytes::Bytes;
    use proptest::{collection::vec, prelude::*};
    use std::time::Duration;

    /// One thing that happened.
    #[derive(Clone, Debug)]
    enum Fact {
        Published,
        Filtered,
        Created,
        Ended(usize, bool),
        Attempt(u32, i64, u64, bool),
    }

    fn fact() -> impl Strategy<Value = Fact> {
        prop_oneof![
            Just(Fact::Published),
            Just(Fact::Filtered),
            Just(Fact::Created),
            (0..ENDED.len(), any::<bool>()).prop_map(|(at, undone)| Fact::Ended(at, undone)),
            (1u32..4, -9i64..1_000_000, 0u64..1 << 34, any::<bool>())
                .prop_map(|(number, at, took, ok)| Fact::Attempt(number, at, took, ok)),
        ]
    }

    fn attempt(number: u32, at: i64, took: u64) -> Attempt {
        Attempt {
            number,
            started_at: Timestamp::from_micros(at),
            duration: Duration::from_micros(took),
            response_code: None,
            error: None,
            request_headers: String::new(),
            response_headers: String::new(),
            response_body: Bytes::new(),
            request_body: None,
            note: None,
            remote_ip: None,
            timings: Default::default(),
        }
    }

    fn counts(facts: &[Fact]) -> Counts {
        let mut counts = Counts::default();
        for fact in facts {
            match *fact {
                Fact::Published => counts.events += 1,
                Fact::Filtered => counts.filtered += 1,
                Fact::Created => counts.created += 1,
                Fact::Ended(at, undone) => counts.add_ended(ENDED[at], if undone { -1 } else { 1 }),
                Fact::Attempt(number, at, took, ok) => {
                    let end = if ok { EndStatus::Delivered } else { EndStatus::Failed };
                    counts.add_attempt(&attempt(number, at, took), Next::End(end));
                }
            }
        }
        counts
    }

    fn merged(one: &Counts, other: &Counts) -> Counts {
        let mut sum = one.clone();
        sum.merge(other);
        sum
    }

    proptest! {
        #[test]
        fn counts_of_parts_add_up_in_any_order(a in vec(fact(), 0..30), b in vec(fact(), 0..30), c in vec(fact(), 0..30)) {
            let all = [a.clone(), b.clone(), c.clone()].concat();
            let (a, b, c) = (counts(&a), counts(&b), counts(&c));
            prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert_eq!(merged(&merged(&a, &b), &c), counts(&all));
        }

        #[test]
        fn counts_are_read_back(facts in vec(fact(), 0..30)) {
            let (counts, mut writer) = (counts(&facts), Writer::default());
            counts.write(&mut writer);
            let bytes = writer.into_bytes();
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(Counts::read(&mut reader, false), Ok(counts));
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn any_bytes_are_counts_or_refused(bytes: Vec<u8>) {
            let _ = Counts::read(&mut Reader::new(&bytes), bytes.len().is_multiple_of(2));
        }
    }

    #[test]
    fn hours_and_days_begin_at_their_first_microsecond() {
        for (text, hour, day) in [
            ("2026-03-01T13:59:59.999Z", "2026-03-01T13:00:00.000Z", "2026-03-01T00:00:00.000Z"),
            ("2026-03-01T14:00:00.000Z", "2026-03-01T14:00:00.000Z", "2026-03-01T00:00:00.000Z"),
            ("1969-12-31T23:30:00.000Z", "1969-12-31T23:00:00.000Z", "1969-12-31T00:00:00.000Z"),
        ] {
            let found = Hour::of(Timestamp::parse(text).unwrap());
            assert_eq!((found.to_string().as_str(), found.day().to_string().as_str()), (hour, day));
            assert_eq!(Hour::from_number(found.number()), found);
        }
    }

    #[test]
    fn a_waiting_delivery_has_not_ended_and_no_count_is_negative() {
        let mut counts = Counts::default();
        counts.add_ended(DeliveryStatus::Pending, 1);
        assert_eq!(counts, Counts::default());
        counts.add_ended(DeliveryStatus::Failed, -1);
        assert_eq!((counts.ended_as(DeliveryStatus::Failed), counts.ended_as(DeliveryStatus::Retrying)), (0, 0));
    }

    #[test]
    fn the_success_rate_is_of_attempts() {
        assert_eq!(Counts::default().success_rate(), None);
        let two_of_three = Counts { attempts: 3, failed_attempts: 1, ..Counts::default() };
        assert_eq!(two_of_three.success_rate(), Some(0.6667));
    }
}
