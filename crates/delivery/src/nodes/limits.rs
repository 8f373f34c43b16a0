//! Limits of subscriptions that hold over all nodes: exchanges this node's claims on them. Beside the heartbeats and not in
//! them, because an exchange that is late only leaves a limit unused, while a late heartbeat ends the lease.

use crate::{dispatcher::Dispatcher, lanes::Claims, lease::Lease};
use model::policy::share::Next;
use std::{sync::Arc, time::Duration};
use storage::{Exchange, LEASE, LimitClaim, Shared, StorageError, Store};

/// Interval of exchanges while there are claims.
const BEAT: Duration = Duration::from_secs(1);

/// Minimum time between exchanges.
const GAP: Duration = Duration::from_millis(20);

/// A claim makes the minimum time longer by this, so that the load stays bounded when many lanes become busy.
const PER_CLAIM: Duration = Duration::from_micros(200);

pub(crate) struct LimitExchange {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) lease: Arc<Lease>,
    pub(crate) dispatcher: Arc<Dispatcher>,
}

impl LimitExchange {
    /// Runs forever. Without claims it waits until a lane has one.
    pub(crate) async fn run(self) {
        let Some(shared) = self.store.shared() else { return };
        let mut written = Some(Claims::new());
        let mut is_failing = false;
        loop {
            let wanted = self.dispatcher.lanes.wants_exchange();
            if written.as_ref().is_some_and(Vec::is_empty) {
                wanted.await;
            } else {
                // Either way it is time.
                let _ = tokio::time::timeout(BEAT, wanted).await;
            }
            if self.lease.holds() {
                match self.round(shared, &mut written).await {
                    Ok(()) => is_failing = false,
                    Err(fault) => {
                        if !is_failing {
                            tracing::warn!(
                                error = %fault,
                                "failed to exchange claims on limits; this node's parts of them stay as they are"
                            );
                        }
                        is_failing = true;
                    }
                }
            }
            let claims = u32::try_from(written.as_ref().map_or(0, Vec::len)).unwrap_or(u32::MAX);
            tokio::time::sleep((GAP + PER_CLAIM.saturating_mul(claims)).min(BEAT)).await;
        }
    }

    /// Exchanges the claims, and once more if the answer changes them by much. `written` are the claims in the store;
    /// `None` when that is not certain.
    async fn round(&self, shared: &dyn Shared, written: &mut Option<Claims>) -> Result<(), StorageError> {
        for _ in 0..2 {
            let claims = self.dispatcher.lanes.claims();
            let is_idle = claims.iter().all(|(_, one)| one.claim.wanted == 0);
            if is_idle && written.as_ref() == Some(&claims) {
                break;
            }
            let list: Vec<LimitClaim> = claims.iter().map(|(_, claim)| *claim).collect();
            *written = None;
            let exchange = tokio::time::timeout(LEASE / 3, shared.exchange_claims(&list)).await;
            let exchange = exchange.unwrap_or_else(|_| Err(StorageError::unavailable("no answer in time")))?;
            let Exchange::Granted(nodes, grants) = exchange else { break };
            let next = self.dispatcher.grant(&claims, nodes, &grants);
            *written = Some(claims);
            if next == Next::InTime {
                break;
            }
        }
        Ok(())
    }
}
