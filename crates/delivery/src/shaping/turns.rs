//! Turns of tenants: one tenant's scripts never take all processes, so those of others run beside them.

use model::TenantId;
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Longest wait for the tenant's earlier calls.
const PATIENCE: Duration = Duration::from_secs(2);

/// The calls of each tenant that run, and those that wait for them.
#[derive(Clone)]
pub(super) struct Turns {
    tenants: Arc<Mutex<HashMap<TenantId, Arc<Semaphore>>>>,
    /// Concurrent calls of one tenant.
    each: usize,
}

/// The turn of one call, released on drop.
pub(super) struct Turn {
    turns: Turns,
    tenant: TenantId,
    permit: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// A tenant gets all processes but one.
    pub(super) fn new(workers: usize) -> Self {
        Self { tenants: Arc::default(), each: workers.saturating_sub(1).max(1) }
    }

    /// Waits for the tenant's earlier calls; `None` when they take too long.
    pub(super) async fn take(&self, tenant: &TenantId) -> Option<Turn> {
        let new = || Arc::new(Semaphore::new(self.each));
        let semaphore = self.tenants.lock().entry(tenant.clone()).or_insert_with(new).clone();
        // Made first, so that a caller that gives up also forgets an idle tenant.
        let mut turn = Turn { turns: self.clone(), tenant: tenant.clone(), permit: None };
        turn.permit = timeout(PATIENCE, semaphore.acquire_owned()).await.ok()?.ok();
        turn.permit.is_some().then_some(turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.permit = None;
        let mut tenants = self.turns.tenants.lock();
        // No call runs or waits, since each holds the semaphore.
        if tenants.get(&self.tenant).is_some_and(|semaphore| Arc::strong_count(semaphore) == 1) {
            tenants.remove(&self.tenant);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::trusted(name)
    }

    #[tokio::test(start_paused = true)]
    async fn a_tenant_leaves_a_process_to_the_others() {
        let turns = Turns::new(3);
        let first = turns.take(&tenant("a")).await.unwrap();
        let second = turns.take(&tenant("a")).await.unwrap();
        assert!(turns.take(&tenant("a")).await.is_none(), "two of three are in use");
        let other = turns.take(&tenant("b")).await.unwrap();
        drop(first);
        let third = turns.take(&tenant("a")).await.unwrap();
        assert_eq!(turns.tenants.lock().len(), 2);
        drop((second, third, other));
        assert!(turns.tenants.lock().is_empty(), "idle tenants are forgotten");
    }

    #[tokio::test]
    async fn one_process_is_shared_by_turns() {
        let turns = Turns::new(1);
        let first = turns.take(&tenant("a")).await.unwrap();
        let waiting = tokio::spawn({
            let turns = turns.clone();
            async move { turns.take(&tenant("a")).await.is_some() }
        });
        tokio::task::yield_now().await;
        drop(first);
        assert!(waiting.await.unwrap());
    }
}
