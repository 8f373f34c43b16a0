//! The stake of this node in the limits of one subscription: it measures the demand, claims the fair part, and says how
//! much of the limits may be used.

use super::{Claim, Grant, Nodes, fair_share, fair_slots, floor, free_share, free_slots};
use crate::{policy::rate::Meter, time::Timestamp};
use std::time::Duration;

/// Time constants of the moving average of the demand. It rises fast, so that a backlog soon gets its part, and falls
/// slowly, so that parts do not move with each pause between deliveries.
const RISE: Duration = Duration::from_millis(500);
const FALL: Duration = Duration::from_millis(1_500);

/// A demand is counted up to the deliveries of this time, so that the length of a long backlog does not matter.
const BOUND: u64 = 5;

/// The smallest demand, in deliveries per second; a smaller one is none.
const LEAST: f64 = 0.05;

/// Duration of a turn of nodes that share fewer concurrent requests than there are nodes.
const TURN: i64 = 10;

/// The difference of a share, in millionths, for which another exchange is made at once.
const STEP: u32 = 10_000;

/// Number of nodes to assume before the first exchange.
const MANY: u32 = 100;

/// The deliveries of a lane.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub waiting: usize,
    pub in_flight: usize,
}

/// Whether another exchange would help now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    InTime,
    AtOnce,
}

/// The claims at the last exchange.
#[derive(Clone, Debug)]
struct Known {
    nodes: Nodes,
    /// The demands of the other nodes.
    others: Vec<(i32, u64)>,
}

#[derive(Clone, Debug)]
pub struct Stake {
    wanted: f64,
    measured_at: Option<Timestamp>,
    /// Requests started since then.
    started: u32,
    started_at: Option<Timestamp>,
    floor: u32,
    /// The reserved share that is in use; at most what the store has granted.
    share: u32,
    /// Concurrent requests that may be used; at most `granted`.
    slots: u16,
    /// Concurrent requests that the store has granted.
    granted: u16,
    known: Option<Known>,
    /// Nothing was sent and nothing waited at the last exchange.
    is_quiet: bool,
    /// No share was granted since no node had a claim.
    is_fresh: bool,
}

impl Default for Stake {
    fn default() -> Self {
        Self::new(MANY)
    }
}

impl Stake {
    fn new(nodes: u32) -> Self {
        Self {
            wanted: 0.0,
            measured_at: None,
            started: 0,
            started_at: None,
            floor: floor(nodes),
            share: 0,
            slots: 0,
            granted: 0,
            known: None,
            is_quiet: true,
            is_fresh: true,
        }
    }

    /// The share of the rate limit that may be used.
    pub const fn share(&self) -> u32 {
        self.floor + self.share
    }

    /// The number of concurrent requests that may be used.
    pub const fn slots(&self) -> u16 {
        self.slots
    }

    /// The lane has deliveries. Returns whether that is new, so that an exchange is wanted at once.
    pub const fn wake(&mut self) -> bool {
        std::mem::replace(&mut self.is_quiet, false)
    }

    pub const fn started(&mut self, now: Timestamp) {
        self.started = self.started.saturating_add(1);
        self.started_at = Some(now);
    }

    /// Whether requests have ended that other nodes may start instead.
    pub fn may_release(&self, in_flight: usize) -> bool {
        usize::from(self.granted) > in_flight.max(self.slots.into())
    }

    /// Uses nothing any more: the reservations may be void.
    pub fn revoke(&mut self, rate: Option<&mut Meter>, now: Timestamp) {
        (self.slots, self.granted, self.known, self.is_fresh) = (0, 0, None, false);
        self.limit_share(0, rate, now);
    }

    /// The claim for the next exchange; `None` when the node needs none, and the store deletes it.
    pub fn claim(&mut self, load: Load, rate: Option<&mut Meter>, cap: Option<u16>, now: Timestamp) -> Option<Claim> {
        let is_busy = self.started > 0 || load.waiting > 0 || load.in_flight > 0;
        self.measure(load, bound(rate.as_deref(), cap), now);
        // Nodes that take turns must not wait for the average of a node that has nothing to send.
        let is_scarce = self.known.as_ref().zip(cap).is_some_and(|(known, cap)| known.nodes.count > cap.into());
        if !is_busy && is_scarce {
            self.wanted = 0.0;
        }
        self.is_quiet = !is_busy;
        let nodes = self.known.as_ref().map_or(MANY, |known| known.nodes.count);
        if !is_busy && self.wanted() == 0 && self.is_rested(rate.as_deref(), nodes, now) {
            *self = Self::new(nodes);
            if let Some(meter) = rate {
                meter.set_share(self.share(), now);
            }
            return None;
        }
        let (share, slots) = self.fair(rate.as_deref(), cap, now);
        // Before the store releases it.
        self.limit_share(self.share.min(share), rate, now);
        self.slots = self.slots.min(slots);
        let in_flight = cap.map_or(0, |_| u16::try_from(load.in_flight).unwrap_or(u16::MAX));
        Some(Claim { wanted: self.wanted(), share, slots: slots.max(in_flight) })
    }

    /// Applies the answer to the claim.
    pub fn apply(
        &mut self,
        nodes: Nodes,
        grant: &Grant,
        load: Load,
        mut rate: Option<&mut Meter>,
        cap: Option<u16>,
        now: Timestamp,
    ) -> Next {
        let is_alone = grant.others.is_empty();
        let others = grant.others.iter().map(|(node, claim)| (*node, claim.wanted)).collect();
        self.known = Some(Known { nodes, others });
        self.floor = floor(nodes.count);
        let (share, slots) = self.fair(rate.as_deref(), cap, now);
        self.limit_share(grant.share.min(share), rate.as_deref_mut(), now);
        if self.is_fresh
            && is_alone
            && self.share > 0
            && let Some(meter) = rate
        {
            meter.fill(now);
        }
        self.is_fresh &= is_alone && self.share == 0;
        self.granted = grant.slots;
        self.slots = grant.slots.min(slots);
        let free = free_share(&grant.others);
        let releases = grant.share > share + 5 * STEP || self.may_release(load.in_flight);
        let raises = share.min(free) > grant.share + STEP
            || cap.is_some_and(|cap| slots.min(free_slots(cap, nodes.count, &grant.others)) > grant.slots);
        if releases || raises { Next::AtOnce } else { Next::InTime }
    }

    /// The demand in thousandths.
    fn wanted(&self) -> u64 {
        // A cast of a float saturates.
        (self.wanted * 1_000.0).ceil() as u64
    }

    fn measure(&mut self, load: Load, bound: u64, now: Timestamp) {
        let started = f64::from(std::mem::take(&mut self.started));
        let (waiting, in_flight) = (load.waiting as f64, load.in_flight as f64);
        let bounded = |started: f64| (started.max(in_flight) + waiting).min(bound as f64);
        match self.measured_at {
            Some(at) if self.wanted > 0.0 => {
                let seconds = now.since(at).as_secs_f64().max(0.001);
                let difference = bounded(started / seconds) - self.wanted;
                let average = if difference > 0.0 { RISE } else { FALL };
                self.wanted += difference * (1.0 - (-seconds / average.as_secs_f64()).exp());
            }
            _ => self.wanted = bounded(started),
        }
        if self.wanted < LEAST {
            self.wanted = 0.0;
        }
        self.measured_at = Some(now);
    }

    /// Whether the requests that this node has started no longer count for the limit.
    fn is_rested(&self, rate: Option<&Meter>, nodes: u32, now: Timestamp) -> bool {
        match (rate, self.started_at) {
            (Some(meter), Some(at)) => now.since(at) >= meter.limit().rest(nodes),
            _ => true,
        }
    }

    /// The fair parts of rate limit and cap, as far as the demands of the others are known.
    fn fair(&self, rate: Option<&Meter>, cap: Option<u16>, now: Timestamp) -> (u32, u16) {
        let (Some(known), own) = (&self.known, self.wanted()) else { return (0, 0) };
        if own == 0 {
            return (0, 0);
        }
        let share = rate.map_or(0, |_| fair_share(own, known.others.iter().map(|(_, wanted)| *wanted)));
        let slots = cap.map_or(0, |cap| {
            let mut all: Vec<(i32, u64)> = known.others.clone();
            all.push((known.nodes.this, own));
            all.sort_unstable();
            let at = all.iter().position(|(node, _)| *node == known.nodes.this).unwrap_or(0);
            let wanted: Vec<u64> = all.into_iter().map(|(_, wanted)| wanted).collect();
            let turn = u64::try_from(now.seconds() / TURN).unwrap_or(0);
            fair_slots(cap, known.nodes.count, &wanted, at, turn)
        });
        (share, slots)
    }

    fn limit_share(&mut self, share: u32, rate: Option<&mut Meter>, now: Timestamp) {
        self.share = share;
        if let Some(meter) = rate {
            meter.set_share(self.share(), now);
        }
    }
}

fn bound(rate: Option<&Meter>, cap: Option<u16>) -> u64 {
    let limited = rate.map_or(0, |meter| {
        let limit = meter.limit();
        u64::from(limit.limit()) * BOUND / limit.period().duration().as_secs()
    });
    limited.max(u64::from(cap.unwrap_or(0)) * 4).max(16)
}
