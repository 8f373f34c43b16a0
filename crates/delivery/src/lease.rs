//! How long this node may believe that what it has is its own. Measured by how long the machine has run, which no clock
//! changes, and which goes on while the process is stopped and while the machine is suspended: so a node that was asleep for
//! a while notices it before it does anything.

use crate::steady::uptime;
use parking_lot::Mutex;
use std::time::Duration;
use storage::LEASE;

#[derive(Debug)]
pub(crate) struct Lease {
    state: Mutex<State>,
    /// A node that delivers nothing needs none; nor does the only one of its store, which is never asked to renew.
    is_needed: bool,
}

#[derive(Debug, Default)]
struct State {
    /// When the last heartbeat that was heard began.
    renewed: Option<Duration>,
    /// Since when every heartbeat was heard.
    steady: Option<Duration>,
    /// Others have declared this node lost.
    is_revoked: bool,
}

impl Lease {
    pub(crate) fn new(is_needed: bool) -> Self {
        Self { state: Mutex::default(), is_needed }
    }

    /// By the machine's running time.
    pub(crate) fn now() -> Duration {
        uptime()
    }

    /// A heartbeat that began then was heard.
    pub(crate) fn renew(&self, began: Duration) {
        let mut state = self.state.lock();
        let asleep = state.renewed.is_some_and(|renewed| began.saturating_sub(renewed) > LEASE / 2);
        if state.steady.is_none() || asleep {
            state.steady = Some(began);
        }
        state.renewed = Some(began);
        state.is_revoked = false;
    }

    /// Until it is renewed this node has nothing.
    pub(crate) fn revoke(&self) {
        let mut state = self.state.lock();
        (state.steady, state.is_revoked) = (None, true);
    }

    pub(crate) fn missed(&self) {
        self.state.lock().steady = None;
    }

    /// Whether nobody can have declared this node dead yet.
    pub(crate) fn holds(&self) -> bool {
        let state = self.state.lock();
        let (renewed, is_revoked) = (state.renewed, state.is_revoked);
        drop(state);
        !self.is_needed || !is_revoked && renewed.is_none_or(|renewed| Self::now().saturating_sub(renewed) < LEASE)
    }

    /// Whether it has been heard for so long that a silence of others is theirs.
    pub(crate) fn may_judge(&self) -> bool {
        let steady = self.state.lock().steady;
        steady.is_some_and(|steady| Self::now().saturating_sub(steady) > LEASE + Duration::from_secs(1))
    }
}
