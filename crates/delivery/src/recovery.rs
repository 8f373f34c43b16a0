//! Recovery: queues deliveries that are in the store and not in memory: at the start, from lost nodes, after a commit of
//! unknown outcome, and after the clock went back.

use crate::{control::Control, dispatcher::Dispatcher, index::Index, target::Target};
use model::{Clock, SubscriptionId, SubscriptionState, TenantId};
use std::{collections::HashMap, sync::Arc};
use storage::{DueQueueHead, StorageError, Store};

/// Moves deliveries from the store into the lanes.
pub(crate) struct Recovery {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) index: Arc<Index>,
    pub(crate) dispatcher: Arc<Dispatcher>,
}

impl Recovery {
    /// Recovers for the same engine as this control.
    pub(crate) fn of(control: &Control) -> Self {
        let Control { store, clock, index, dispatcher, .. } = control;
        let (store, clock) = (store.clone(), clock.clone());
        Self { store, clock, index: index.clone(), dispatcher: dispatcher.clone() }
    }

    /// Finishes deletions of tenants that a crash interrupted.
    pub(crate) async fn finish_deletions(&self) -> Result<(), StorageError> {
        for tenant in self.store.half_deleted_tenants().await? {
            tracing::info!(%tenant, "finishing the deletion of a tenant");
            self.store.delete_tenant(&tenant).await?;
        }
        Ok(())
    }

    /// Finishes erasures of payloads that a crash interrupted.
    pub(crate) async fn finish_erasures(&self, control: &Control) -> Result<(), StorageError> {
        for (tenant, event) in self.store.unfinished_erasures().await? {
            tracing::info!(%tenant, %event, "finishing the erasure of a payload");
            control.erase_payload(&tenant, event).await?;
        }
        Ok(())
    }

    /// Reads all subscriptions into the index. Returns deleted ones too.
    pub(crate) async fn load(&self) -> Result<Vec<Arc<Target>>, StorageError> {
        let mut targets = Vec::new();
        self.store
            .each_subscription(&mut |subscription| {
                let target = Target::new(subscription);
                if target.subscription.state != SubscriptionState::Deleted {
                    self.index.put(target.clone());
                }
                targets.push(target);
            })
            .await?;
        Ok(targets)
    }

    /// Queues the backlog at the start: one look-up for each non-empty queue, whatever its length.
    pub(crate) async fn start(&self, targets: Vec<Arc<Target>>) -> Result<(), StorageError> {
        let heads = self.heads().await?;
        if heads.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let known: HashMap<_, _> = targets.into_iter().map(|target| (target.subscription.id, target)).collect();
        for DueQueueHead { tenant, subscription, queue, at } in &heads {
            let Some(target) = known.get(subscription) else { continue };
            if target.subscription.state == SubscriptionState::Deleted {
                self.store.cancel_waiting(tenant, *subscription, now).await?;
            } else {
                self.dispatcher.expect(target, *queue, *at);
            }
        }
        tracing::info!(queues = heads.len(), "taking up deliveries that wait in the store");
        Ok(())
    }

    /// Queues all waiting deliveries again, after a commit of unknown outcome.
    pub(crate) async fn look_again(&self) -> Result<(), StorageError> {
        self.take_up(self.heads().await?).await
    }

    /// Expects all waiting retries again: their due times have changed in the store.
    pub(crate) async fn expect_retries(&self) -> Result<(), StorageError> {
        let heads = self.heads().await?;
        for DueQueueHead { tenant, subscription, queue, at } in heads.into_iter().filter(|one| one.queue.has_retries())
        {
            if let Some(target) = self.index.get(&tenant, subscription) {
                self.dispatcher.expect(&target, queue, at);
            }
        }
        Ok(())
    }

    /// Queues deliveries that this node owns now. Unknown subscriptions are read first.
    pub(crate) async fn take_up(&self, waiting: Vec<DueQueueHead>) -> Result<(), StorageError> {
        let mut heads = HashMap::new();
        for DueQueueHead { tenant, subscription, queue, at } in waiting {
            let first = heads.entry((tenant, subscription, queue)).or_insert(at);
            *first = at.min(*first);
        }
        for ((tenant, subscription, queue), at) in heads {
            if self.index.get(&tenant, subscription).is_none() {
                self.read(&tenant, subscription).await?;
            }
            if let Some(target) = self.index.get(&tenant, subscription) {
                self.dispatcher.expect(&target, queue, at);
            }
        }
        Ok(())
    }

    /// Reads a subscription that another node has created or deleted.
    async fn read(&self, tenant: &TenantId, subscription: SubscriptionId) -> Result<(), StorageError> {
        for one in self.store.subscriptions_ever(tenant, &[subscription]).await? {
            if one.state == SubscriptionState::Deleted {
                self.store.cancel_waiting(tenant, subscription, self.clock.now()).await?;
            } else {
                self.learn(Target::new(one)).await?;
            }
        }
        Ok(())
    }

    /// Applies a subscription as the store has it.
    pub(crate) async fn learn(&self, target: Arc<Target>) -> Result<(), StorageError> {
        let subscription = &target.subscription;
        let (tenant, id) = (&subscription.tenant, subscription.id);
        if subscription.state != SubscriptionState::Deleted {
            if self.index.learn(target.clone()) {
                self.dispatcher.replace(&target);
            }
            return Ok(());
        }
        let was_known = self.index.get(tenant, id).is_some();
        self.forget(tenant, id);
        if was_known {
            // Deliveries that this node has committed since the deletion.
            self.store.cancel_waiting(tenant, id, self.clock.now()).await?;
        }
        Ok(())
    }

    /// Removes a subscription from memory.
    pub(crate) fn forget(&self, tenant: &TenantId, id: SubscriptionId) {
        self.index.remove(tenant, id);
        self.dispatcher.remove(id);
    }

    async fn heads(&self) -> Result<Vec<DueQueueHead>, StorageError> {
        let mut heads = Vec::new();
        self.store.each_queue_head(&mut |head| heads.push(head)).await?;
        Ok(heads)
    }
}
