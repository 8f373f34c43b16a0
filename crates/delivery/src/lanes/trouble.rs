//! Lanes in trouble, for the operator's live view.

use super::{Lanes, lane::Lane, throttle::Allowed};
use crate::target::Target;
use model::{SubscriptionId, Timestamp};
use std::{collections::HashMap, sync::Arc};

/// Why a subscription gets nothing, or less than it could. The worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// The circuit breaker lets nothing through.
    BreakerOpen,
    /// The circuit breaker probes, or ramps up.
    BreakerHalfOpen,
    /// The last attempts failed, and the breaker is closed.
    Failing,
    /// Disabled by a 410, or because it failed for too long.
    Disabled,
    /// The rate limit or the concurrency cap holds deliveries back.
    Limited,
    /// Paused by its owner.
    Paused,
}

impl Trouble {
    pub const fn name(self) -> &'static str {
        match self {
            Self::BreakerOpen => "breaker_open",
            Self::BreakerHalfOpen => "breaker_half_open",
            Self::Failing => "failing",
            Self::Disabled => "disabled",
            Self::Limited => "limited",
            Self::Paused => "paused",
        }
    }
}

/// Facts about a lane.
#[derive(Clone, Debug, Default)]
pub(crate) struct LaneFacts {
    pub(crate) trouble: Option<Trouble>,
    pub(crate) since: Option<Timestamp>,
    pub(crate) reason: Option<String>,
    pub(crate) next_attempt_at: Option<Timestamp>,
    pub(crate) in_flight: usize,
}

/// Numbers of lanes that have work, and that wait for room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneCounts {
    pub busy: usize,
    pub parked: usize,
}

impl Lane {
    /// Applies a changed subscription; returns the one before. Failures of another URL are forgotten.
    pub(super) fn retarget(&mut self, target: &Arc<Target>) -> Arc<Target> {
        if self.target.subscription.url != target.subscription.url {
            self.failures = None;
        }
        std::mem::replace(&mut self.target, target.clone())
    }

    fn facts(&self, now: Timestamp) -> LaneFacts {
        let in_flight = self.in_flight;
        if let Some(open) = self.throttle.open() {
            let shut_until = self.throttle.shut_until(now);
            return LaneFacts {
                trouble: Some(if shut_until.is_some() { Trouble::BreakerOpen } else { Trouble::BreakerHalfOpen }),
                since: Some(open.since),
                reason: Some(open.reason.clone()),
                next_attempt_at: shut_until,
                in_flight,
            };
        }
        if let Some((since, error)) = self.failures.as_deref() {
            let (since, reason) = (Some(*since), Some(error.clone()));
            return LaneFacts { trouble: Some(Trouble::Failing), since, reason, next_attempt_at: None, in_flight };
        }
        let held_back = match self.throttle.allows(in_flight, now) {
            Allowed::NotBefore(at) => Some(Some(at)),
            Allowed::Later => Some(None),
            Allowed::Now => None,
        };
        match held_back.filter(|_| self.queued() > 0 && self.is_open()) {
            Some(next_attempt_at) => LaneFacts {
                trouble: Some(Trouble::Limited),
                reason: Some(if next_attempt_at.is_some() { "rate limit" } else { "concurrency cap" }.to_owned()),
                since: None,
                next_attempt_at,
                in_flight,
            },
            None => LaneFacts { in_flight, ..LaneFacts::default() },
        }
    }
}

impl Lanes {
    /// The lanes that are in trouble, and counts of the others.
    pub(crate) fn troubles(&self, now: Timestamp) -> (HashMap<SubscriptionId, LaneFacts>, LaneCounts) {
        let state = self.state.lock();
        let (mut found, mut counts) = (HashMap::new(), LaneCounts::default());
        for lane in state.scheduler.all() {
            counts.busy += usize::from(lane.is_busy());
            counts.parked += usize::from(lane.parked.is_some());
            let facts = lane.facts(now);
            if facts.trouble.is_some() {
                found.insert(lane.target.subscription.id, facts);
            }
        }
        (found, counts)
    }
}
