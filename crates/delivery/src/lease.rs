//! The lease: how long this node may assume that it still owns its deliveries. Measured by the machine's uptime, which no
//! change of the clock affects and which includes suspension: so a node that was stopped or suspended notices that its lease
//! has expired before it sends anything.

use crate::steady::uptime;
use parking_lot::Mutex;
use std::time::Duration;
use storage::LEASE;

#[derive(Debug)]
pub(crate) struct Lease {
    state: Mutex<State>,
    /// False for a node that sends nothing. (The only node of a SQLite store never renews, and its lease never expires.)
    is_needed: bool,
}

/// Whether a node may send its deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseState {
    /// The node sends nothing, or it is the only one of its store.
    NotNeeded,
    Held,
    /// Other nodes may have taken its deliveries over.
    Lost,
}

#[derive(Debug, Default)]
struct State {
    /// Start of the last successful heartbeat.
    renewed: Option<Duration>,
    /// Start of the current unbroken series of heartbeats.
    steady: Option<Duration>,
    /// Others have declared this node lost.
    is_revoked: bool,
}

impl Lease {
    pub(crate) fn new(is_needed: bool) -> Self {
        Self { state: Mutex::default(), is_needed }
    }

    /// The machine's uptime.
    pub(crate) fn now() -> Duration {
        uptime()
    }

    /// Renews the lease by a successful heartbeat that began at `began`.
    pub(crate) fn renew(&self, began: Duration) {
        let mut state = self.state.lock();
        let asleep = state.renewed.is_some_and(|renewed| began.saturating_sub(renewed) > LEASE / 2);
        if state.steady.is_none() || asleep {
            state.steady = Some(began);
        }
        state.renewed = Some(began);
        state.is_revoked = false;
    }

    /// Ends the lease until it is renewed.
    pub(crate) fn revoke(&self) {
        let mut state = self.state.lock();
        (state.steady, state.is_revoked) = (None, true);
    }

    /// Time since the start of the last successful heartbeat; `None` on a store without heartbeats.
    pub(crate) fn heartbeat_age(&self) -> Option<Duration> {
        self.state.lock().renewed.map(|renewed| Self::now().saturating_sub(renewed))
    }

    pub(crate) fn missed(&self) {
        self.state.lock().steady = None;
    }

    /// True while no other node can have declared this node lost.
    pub(crate) fn holds(&self) -> bool {
        let state = self.state.lock();
        let (renewed, is_revoked) = (state.renewed, state.is_revoked);
        drop(state);
        !self.is_needed || !is_revoked && renewed.is_none_or(|renewed| Self::now().saturating_sub(renewed) < LEASE)
    }

    pub(crate) fn state(&self) -> LeaseState {
        match (self.is_needed, self.holds()) {
            (false, _) => LeaseState::NotNeeded,
            (true, true) => LeaseState::Held,
            (true, false) => LeaseState::Lost,
        }
    }

    /// True if this node's own heartbeats have succeeded for longer than a lease: then another node's silence is not caused
    /// by an outage of the store.
    pub(crate) fn may_judge(&self) -> bool {
        let steady = self.state.lock().steady;
        steady.is_some_and(|steady| Self::now().saturating_sub(steady) > LEASE + Duration::from_secs(1))
    }
}
