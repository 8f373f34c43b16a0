//! Limits that lanes share with the lanes of other nodes: the claims for an exchange, its results, and the loss of
//! everything to other nodes.

use super::{Lanes, State, Work, lane::Lane};
use crate::numbers::LaneNumber;
use model::{
    Timestamp,
    policy::share::{Grant, Load, Next, Nodes},
};
use storage::LimitClaim;

/// Claims of lanes, in the order of the lanes.
pub(crate) type Claims = Vec<(LaneNumber, LimitClaim)>;

impl Lane {
    /// The deliveries to send. Due ones that are only in the store are not counted; there may be many.
    fn load(&self, now: Timestamp) -> Load {
        let is_due = self.takes(now) && self.stored_due().is_some_and(|at| at <= now);
        let stored = if is_due { usize::from(u16::MAX) } else { 0 };
        Load { waiting: self.queued() + stored, in_flight: self.in_flight }
    }
}

impl State {
    /// The claims of all lanes that need one.
    pub(super) fn claims(&mut self, now: Timestamp) -> Claims {
        let mut claims = Vec::new();
        for number in self.scheduler.limited.iter().copied().collect::<Vec<_>>() {
            let claim = self.scheduler.lane(number).and_then(|lane| {
                let (claim, max_in_flight) = lane.throttle.claim(lane.load(now), now)?;
                Some(LimitClaim { subscription: lane.target.subscription.id, claim, max_in_flight })
            });
            match claim {
                Some(claim) => claims.push((number, claim)),
                None => drop(self.scheduler.limited.remove(&number)),
            }
        }
        claims
    }

    /// Applies grants, in the order of the claims.
    pub(super) fn grant(&mut self, claims: &Claims, nodes: Nodes, grants: &[Grant], now: Timestamp) -> Next {
        let mut next = Next::InTime;
        for ((number, claim), grant) in claims.iter().zip(grants) {
            // The lane may have been removed meanwhile.
            let lane = self.scheduler.lane(*number).filter(|lane| lane.target.subscription.id == claim.subscription);
            let Some(lane) = lane else { continue };
            if lane.throttle.grant(nodes, grant, lane.load(now), now) == Next::AtOnce {
                next = Next::AtOnce;
            }
            self.scheduler.schedule(*number);
        }
        next
    }
}

impl Lanes {
    pub(crate) fn claims(&self) -> Claims {
        self.state.lock().claims(self.clock.now())
    }

    pub(crate) fn grant(&self, claims: &Claims, nodes: Nodes, grants: &[Grant]) -> (Work, Next) {
        let mut next = Next::InTime;
        let work = self.change(|state, _, now| next = state.grant(claims, nodes, grants, now));
        (work, next)
    }

    /// Uses only those parts of shared limits that need no claim, until the next exchange.
    pub(crate) fn revoke_claims(&self) {
        let mut state = self.state.lock();
        state.scheduler.now = self.clock.now();
        state.scheduler.revoke();
    }

    /// Forgets all queued and expected deliveries: other nodes own them now.
    pub(crate) fn forget(&self) {
        let mut state = self.state.lock();
        state.timers.clear();
        state.scheduler.now = self.clock.now();
        state.scheduler.forget();
    }

    /// Completes when claims should be exchanged at once.
    pub(crate) async fn wants_exchange(&self) {
        self.exchange.notified().await;
    }
}
