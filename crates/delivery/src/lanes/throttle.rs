//! The policies of a subscription in its lane: rate limit, concurrency cap and circuit breaker. Pure.

use model::{
    Policies, Subscription, Timestamp,
    policy::{
        AutoDisable, BreakerSettings, Meter, OpenBreaker, RateLimit, Stake,
        breaker::{Breaker, Gate, Sample, Transition},
        rate::WHOLE,
        share::{Claim, Grant, Load, Next, Nodes},
    },
};

/// The installation's policies for subscriptions that have none of their own.
#[derive(Clone, Copy, Debug)]
pub struct PolicyDefaults {
    pub rate_limit: Option<RateLimit>,
    pub max_in_flight: Option<u16>,
    pub breaker: BreakerSettings,
    pub auto_disable: AutoDisable,
}

impl Default for PolicyDefaults {
    fn default() -> Self {
        Self {
            rate_limit: None,
            max_in_flight: None,
            breaker: BreakerSettings::default(),
            auto_disable: AutoDisable::After(120),
        }
    }
}

/// Whether a lane may start a request, as far as its policies are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    Now,
    /// When one of its requests has ended.
    Later,
    NotBefore(Timestamp),
}

#[derive(Debug)]
pub(super) struct Throttle {
    rate: Option<Meter>,
    max_in_flight: Option<u16>,
    /// Whether other nodes may deliver for the same subscription.
    is_shared: bool,
    /// This node's part of the limits; `None` without limits, and when no other node delivers.
    stake: Option<Box<Stake>>,
    settings: BreakerSettings,
    /// `None`: closed, with nothing to remember. Most lanes never have one.
    breaker: Option<Box<Breaker>>,
    /// The time for which the lane waits.
    pub(super) gate: Option<Timestamp>,
}

impl Throttle {
    pub(super) fn new(subscription: &Subscription, defaults: &PolicyDefaults, is_shared: bool) -> Self {
        let breaker = subscription.health.breaker.clone().map(|open| Box::new(Breaker::stored(Some(open))));
        let settings = defaults.breaker;
        let mut throttle =
            Self { rate: None, max_in_flight: None, is_shared, stake: None, settings, breaker, gate: None };
        throttle.apply(&subscription.policies, defaults);
        throttle
    }

    /// Applies changed policies. The state of a rate limit is kept.
    pub(super) fn apply(&mut self, policies: &Policies, defaults: &PolicyDefaults) {
        let limit = policies.rate_limit.or(defaults.rate_limit);
        self.max_in_flight = policies.max_in_flight.or(defaults.max_in_flight);
        let is_limited = limit.is_some() || self.max_in_flight.is_some();
        self.stake = if self.is_shared && is_limited { Some(self.stake.take().unwrap_or_default()) } else { None };
        let share = self.stake.as_ref().map_or(WHOLE, |stake| stake.share());
        self.rate = limit.map(|limit| match self.rate {
            Some(meter) => meter.with_limit(limit),
            None => Meter::new(limit, share),
        });
        self.settings = policies.breaker.unwrap_or(defaults.breaker);
        if !self.settings.enabled {
            self.breaker = None;
        }
        self.gate = None;
    }

    /// Takes over a breaker that the store has, which another node or an operator has changed.
    pub(super) fn adopt(&mut self, stored: Option<&OpenBreaker>) {
        if let Some(breaker) = &mut self.breaker {
            breaker.adopt(stored);
        } else if stored.is_some() {
            self.breaker = Some(Box::new(Breaker::stored(stored.cloned())));
        }
        self.gate = None;
    }

    pub(super) fn allows(&self, in_flight: usize, now: Timestamp) -> Allowed {
        if let Some(breaker) = &self.breaker {
            match breaker.gate(now) {
                Gate::UpTo(None) => {}
                Gate::UpTo(Some(most)) if in_flight < most as usize => {}
                Gate::UpTo(Some(_)) => return Allowed::Later,
                Gate::Until(at) => return Allowed::NotBefore(at),
            }
        }
        if let Some(most) = self.max_in_flight
            && in_flight >= self.stake.as_ref().map_or(most, |stake| stake.slots().min(most)).into()
        {
            return Allowed::Later;
        }
        match &self.rate {
            Some(meter) => meter.wait(now).map_or(Allowed::Now, Allowed::NotBefore),
            None => Allowed::Now,
        }
    }

    /// True while the rate limit or the concurrency cap lets no further request start.
    pub(super) fn is_limited(&self, in_flight: usize, now: Timestamp) -> bool {
        let is_full = self
            .max_in_flight
            .is_some_and(|most| in_flight >= self.stake.as_ref().map_or(most, |stake| stake.slots().min(most)).into());
        is_full || self.rate.as_ref().is_some_and(|meter| meter.wait(now).is_some())
    }

    /// A request has started.
    pub(super) fn started(&mut self, now: Timestamp) {
        if let Some(meter) = &mut self.rate {
            meter.take(now);
        }
        if let Some(stake) = &mut self.stake {
            stake.started(now);
        }
        if let Some(breaker) = &mut self.breaker {
            breaker.started();
        }
    }

    /// The lane has deliveries. Returns whether its limits need an exchange with other nodes now.
    pub(super) fn wake(&mut self) -> bool {
        self.stake.as_mut().is_some_and(|stake| stake.wake())
    }

    /// This node's claim on the limits, and the cap; `None` when it needs none.
    pub(super) fn claim(&mut self, load: Load, now: Timestamp) -> Option<(Claim, Option<u16>)> {
        let claim = self.stake.as_mut()?.claim(load, self.rate.as_mut(), self.max_in_flight, now)?;
        Some((claim, self.max_in_flight))
    }

    /// Applies the answer to the claim.
    pub(super) fn grant(&mut self, nodes: Nodes, grant: &Grant, load: Load, now: Timestamp) -> Next {
        let Some(stake) = &mut self.stake else { return Next::InTime };
        self.gate = None;
        stake.apply(nodes, grant, load, self.rate.as_mut(), self.max_in_flight, now)
    }

    /// Whether requests have ended that other nodes may start instead.
    pub(super) fn may_release(&self, in_flight: usize) -> bool {
        self.max_in_flight.is_some() && self.stake.as_ref().is_some_and(|stake| stake.may_release(in_flight))
    }

    /// Uses no reserved part of the limits any more.
    pub(super) fn revoke(&mut self, now: Timestamp) {
        if let Some(stake) = &mut self.stake {
            stake.revoke(self.rate.as_mut(), now);
        }
    }

    /// A started request was not sent.
    pub(super) fn abandoned(&mut self) {
        if let Some(breaker) = &mut self.breaker {
            breaker.abandoned();
        }
    }

    /// A started request was not sent and will not be: the next one may take its place.
    pub(super) fn skipped(&mut self) {
        self.abandoned();
        if let Some(meter) = &mut self.rate {
            meter.give_back();
            self.gate = None;
        }
    }

    /// Counts the result of a request.
    pub(super) fn learn(&mut self, sample: Sample, now: Timestamp, fraction: f64) -> Option<Transition> {
        if self.breaker.is_none() {
            if sample == Sample::Answered || !self.settings.enabled {
                return None;
            }
            self.breaker = Some(Box::default());
        }
        let breaker = self.breaker.as_mut()?;
        let transition = breaker.learn(&self.settings, sample, now, fraction);
        if breaker.is_idle(&self.settings, now) {
            self.breaker = None;
        }
        transition
    }

    /// The time until which the breaker lets nothing through.
    pub(super) fn shut_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.open().map(|open| open.next_probe_at).filter(|at| *at > now)
    }

    /// The breaker, when it is not closed.
    pub(super) fn open(&self) -> Option<&OpenBreaker> {
        self.breaker.as_ref().and_then(|breaker| breaker.open())
    }
}
