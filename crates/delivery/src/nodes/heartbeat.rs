//! Heartbeats: renew the node's lease, and declare silent nodes lost.

use crate::{dispatcher::Dispatcher, lease::Lease, limits::Limits, steady::SteadyClock};
use model::Clock;
use std::{sync::Arc, time::Duration};
use storage::{Heartbeat, JoinOutcome, LEASE, NewNode, Shared, StorageError, Store};
use tokio::sync::watch;

/// Interval of heartbeats.
const BEAT: Duration = Duration::from_secs(1);

pub(crate) struct HeartbeatTask {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    /// The clock that follows the store's clock; each heartbeat reads the latter.
    pub(crate) steady_clock: Option<Arc<SteadyClock>>,
    pub(crate) node: NewNode,
    pub(crate) lease: Arc<Lease>,
    /// Their rates are shared with the other nodes.
    pub(crate) limits: Arc<Limits>,
    pub(crate) dispatcher: Arc<Dispatcher>,
    /// Set when another node has taken this node's name.
    pub(crate) displaced: watch::Sender<bool>,
}

impl HeartbeatTask {
    /// Runs until the node has lost its name.
    pub(crate) async fn run(self) {
        let Some(shared) = self.store.shared() else { return };
        let mut beats = 0_u64;
        loop {
            if let Name::Lost = self.beat(shared).await {
                self.displaced.send_replace(true);
                return;
            }
            // Without an answer, the last known number stays in force.
            if let Ok(Ok(nodes)) = tokio::time::timeout(LEASE / 3, shared.serving_nodes()).await {
                self.limits.set_nodes(nodes);
            }
            beats += 1;
            if self.lease.may_judge() && beats.is_multiple_of(2) {
                judge(shared).await;
            }
            tokio::time::sleep(BEAT).await;
        }
    }

    async fn beat(&self, shared: &dyn Shared) -> Name {
        let (asked, began) = (self.clock.now(), Lease::now());
        match tokio::time::timeout(LEASE / 3, shared.heartbeat()).await {
            Ok(Ok((Heartbeat::Live, shown))) => {
                if !self.lease.holds() {
                    // Other nodes may use this node's parts of shared limits.
                    self.dispatcher.revoke_claims();
                }
                self.lease.renew(began);
                if self.steady_clock.as_ref().is_some_and(|clock| clock.observe(shown, asked)) {
                    // After a jump of the store's clock all nodes look silent.
                    self.lease.missed();
                }
            }
            Ok(Ok((Heartbeat::Lost, _))) => match self.register_again(shared).await {
                Ok(JoinOutcome::Joined) => {}
                Ok(JoinOutcome::NameHeld(_)) => {
                    tracing::error!(
                        name = self.node.name,
                        "another node took this node's name; this one stops (POSTRIDER_NODE)"
                    );
                    return Name::Lost;
                }
                // While it was silent, the others began to use a master key that it lacks.
                Err(
                    fault @ (StorageError::WrongMasterKey
                    | StorageError::MissingMasterKey { .. }
                    | StorageError::RotationBegun { .. }),
                ) => {
                    tracing::error!(error = %fault, "this node needs other master keys; it stops (POSTRIDER_MASTER_KEY)");
                    return Name::Lost;
                }
                Err(fault) => {
                    tracing::warn!(error = %fault, "this node was declared lost and could not register again yet");
                }
            },
            Ok(Err(fault)) => self.missed(&fault.to_string()),
            Err(_) => self.missed("no answer in time"),
        }
        Name::Kept
    }

    fn missed(&self, why: &str) {
        self.lease.missed();
        tracing::warn!(error = why, "a heartbeat was missed");
    }

    /// Registers this node as a new one. Other nodes own all of its deliveries by now.
    async fn register_again(&self, shared: &dyn Shared) -> Result<JoinOutcome, StorageError> {
        tracing::warn!("this node was silent for too long and its work was taken over: registering again");
        self.lease.revoke();
        let began = Lease::now();
        // Before it registers: an outcome of a request that begins now must not be recorded under the old registration.
        self.dispatcher.forget();
        let joined = shared.join(&self.node, None).await?;
        if joined == JoinOutcome::Joined {
            self.dispatcher.forget();
            self.lease.renew(began);
        }
        Ok(joined)
    }
}

/// Whether this node still holds its name.
enum Name {
    Kept,
    Lost,
}

/// Declares silent nodes lost.
async fn judge(shared: &dyn Shared) {
    match shared.declare_lost().await {
        Ok(lost) if !lost.is_empty() => {
            tracing::warn!(nodes = lost.join(", "), "nodes were silent for too long; their work is taken over");
        }
        Ok(_) => {}
        Err(fault) => tracing::warn!(error = %fault, "failed to look for lost nodes"),
    }
}
