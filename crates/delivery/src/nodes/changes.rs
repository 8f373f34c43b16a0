//! Applies changes of other nodes, and takes over the deliveries of lost nodes.

use super::LOOK;
use crate::{control::Control, doubts::Doubts, lease::Lease, recovery::Recovery, target::Target};
use model::{SubscriptionId, TenantId};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};
use storage::{Change, Shared, StorageError, Store};

/// Deliveries taken over in one transaction, and the number of transactions in a row.
const PIECE: usize = 1_000;
const PIECES: usize = 20;

pub(crate) struct Changes {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) lease: Arc<Lease>,
    pub(crate) doubts: Arc<Doubts>,
    pub(crate) control: Arc<Control>,
    pub(crate) recovery: Arc<Recovery>,
    /// This node takes over deliveries.
    pub(crate) delivers: bool,
}

impl Changes {
    /// Runs until it is dropped. `version` is the version of the last change in memory.
    pub(crate) async fn run(self, mut version: i64) {
        let Some(shared) = self.store.shared() else { return };
        let mut seen = 0;
        loop {
            match self.learn(shared, version).await {
                Ok(known) => version = known,
                Err(fault) => tracing::warn!(error = %fault, "failed to read what other nodes have changed"),
            }
            if self.delivers
                && let Err(fault) = self.follow_erasures(shared).await
            {
                tracing::warn!(error = %fault, "failed to read which payloads other nodes have erased");
            }
            if let Err(fault) = self.control.follow_pause().await {
                tracing::warn!(error = %fault, "failed to read whether deliveries are paused");
            }
            if self.delivers
                && self.lease.holds()
                && let Err(fault) = self.take_work(shared).await
            {
                tracing::warn!(error = %fault, "failed to take over deliveries");
            }
            tokio::select! {
                count = shared.wait_for_signal(seen) => seen = count,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Applies the changes since a version. Returns the new version.
    async fn learn(&self, shared: &dyn Shared, since: i64) -> Result<i64, StorageError> {
        let changes = shared.changes(since).await?;
        let Some(list) = changes.list else {
            tracing::info!("too many changes to follow; all subscriptions are read again");
            self.learn_everything().await?;
            return Ok(changes.version);
        };
        let mut subscriptions: BTreeMap<TenantId, BTreeSet<SubscriptionId>> = BTreeMap::new();
        for change in list {
            match change {
                Change::Subscription(tenant, id) => {
                    subscriptions.entry(tenant).or_default().insert(id);
                }
                Change::Cancelled(_, id) => self.recovery.dispatcher.reread(id),
                Change::Tenant(tenant) => {
                    let _in_order = self.control.limits.in_order().await;
                    match self.store.tenant(&tenant).await? {
                        Some(known) => self.control.adopt_tenant(&known),
                        None => self.control.forget_tenant(&tenant),
                    }
                }
                Change::Key(..) | Change::EventTypes => {}
            }
        }
        for (tenant, ids) in subscriptions {
            let ids: Vec<SubscriptionId> = ids.into_iter().collect();
            let found = self.store.subscriptions_ever(&tenant, &ids).await?;
            let there: HashSet<SubscriptionId> = found.iter().map(|one| one.id).collect();
            for subscription in found {
                self.recovery.learn(Target::new(subscription)).await?;
            }
            for id in ids.into_iter().filter(|id| !there.contains(id)) {
                self.recovery.forget(&tenant, id);
            }
        }
        Ok(changes.version)
    }

    async fn learn_everything(&self) -> Result<(), StorageError> {
        self.control.load_tenants().await?;
        let (mut there, mut all) = (HashSet::new(), Vec::new());
        self.store
            .each_subscription(&mut |subscription| {
                there.insert(subscription.id);
                all.push(Target::new(subscription));
            })
            .await?;
        for target in all {
            self.recovery.learn(target).await?;
        }
        for (tenant, id) in self.recovery.index.ids() {
            if !there.contains(&id) {
                self.recovery.forget(&tenant, id);
            }
        }
        self.recovery.dispatcher.reread_all();
        Ok(())
    }

    /// Removes deliveries of events from memory whose payload another node has erased.
    async fn follow_erasures(&self, shared: &dyn Shared) -> Result<(), StorageError> {
        let erased = shared.recent_erasures().await?;
        if !erased.is_empty() {
            self.recovery.dispatcher.drop_events(&erased);
        }
        Ok(())
    }

    async fn take_work(&self, shared: &dyn Shared) -> Result<(), StorageError> {
        if self.doubts.must_look() {
            self.recovery.look_again().await?;
        }
        // In pieces, so that several nodes share the deliveries of a lost node.
        for _ in 0..PIECES {
            let taken = shared.take_over_deliveries(PIECE).await?;
            let count = taken.len();
            self.recovery.take_up(taken).await?;
            if count < PIECE {
                break;
            }
        }
        Ok(())
    }
}
