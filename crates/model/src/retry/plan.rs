//! The instants of a delivery's attempts, as a policy plans them.

use super::RetryPolicy;
use crate::time::Timestamp;
use std::time::Duration;

/// The attempts of a delivery that fails each time, if an attempt takes no time and no `Retry-After` is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub attempts: Vec<PlannedAttempt>,
    /// No attempt is made after this instant.
    pub expires_at: Option<Timestamp>,
}

/// A planned attempt. Jitter adds up: the range of each attempt includes those of the attempts before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedAttempt {
    /// Counted from 1.
    pub number: u32,
    /// The wait since the attempt before, without jitter; zero for the first.
    pub delay: Duration,
    pub earliest: Timestamp,
    /// Without jitter.
    pub at: Timestamp,
    pub latest: Timestamp,
}

impl RetryPolicy {
    /// The attempts of a delivery that is accepted at `from`. Attempts that cannot come before it expires are left out.
    pub fn plan(&self, from: Timestamp) -> Plan {
        let expires_at = self.expires_at(from);
        let first = PlannedAttempt { number: 1, delay: Duration::ZERO, earliest: from, at: from, latest: from };
        let mut attempts = vec![first];
        let mut last = first;
        while let (Some(least), Some(delay), Some(most)) =
            (self.delay(last.number, 0.0), self.delay(last.number, 0.5), self.delay(last.number, 1.0))
        {
            last = PlannedAttempt {
                number: last.number + 1,
                delay,
                earliest: last.earliest.after(least),
                at: last.at.after(delay),
                latest: last.latest.after(most),
            };
            if expires_at.is_some_and(|expiry| last.earliest > expiry) {
                break;
            }
            attempts.push(last);
        }
        Plan { attempts, expires_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retry::{Retries, Schedule};

    const FROM: Timestamp = Timestamp::from_millis(1_000_000);

    fn plan(json: &str) -> Plan {
        let profile = RetryPolicy::try_new(Schedule::Fixed(&[100, 1_000]), 2, 0.1, true).unwrap();
        Retries::new(profile, Some(&serde_json::from_str(json).unwrap())).of_others().plan(FROM)
    }

    fn seconds(at: Timestamp) -> u64 {
        at.since(FROM).as_secs()
    }

    #[test]
    fn jitter_adds_up() {
        let plan = plan("{}");
        let rows: Vec<_> = plan
            .attempts
            .iter()
            .map(|one| (one.number, one.delay.as_secs(), seconds(one.earliest), seconds(one.at), seconds(one.latest)))
            .collect();
        assert_eq!(rows, [(1, 0, 0, 0, 0), (2, 100, 90, 100, 110), (3, 1_000, 990, 1_100, 1_210)]);
        assert_eq!(plan.expires_at, None);
    }

    #[test]
    fn attempts_after_the_expiry_are_left_out() {
        for (expiry, attempts) in [(89, 1), (90, 2), (989, 2), (990, 3), (100_000, 3)] {
            let plan = plan(&format!("{{\"expires_after_seconds\":{expiry}}}"));
            assert_eq!(plan.attempts.len(), attempts, "{expiry}");
            assert_eq!(plan.expires_at.map(seconds), Some(expiry));
        }
    }

    #[test]
    fn a_policy_without_retries_has_one_attempt() {
        assert_eq!(RetryPolicy::never().plan(FROM).attempts.len(), 1);
    }
}
