//! A store for tests: the real one, with a signal after every commit, and faults on demand.

mod forwarded;

use async_trait::async_trait;
use model::{
    Attempt, Delivery, DeliveryId, Event, EventId, PortalSession, PortalSessionId, Queue, Replay, ReplayId,
    ReplaySelection, ReplayState, Session, Subscription, SubscriptionId, Tenant, TenantId, TenantKey, Timestamp,
    catalog::CatalogEntry,
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering::SeqCst},
};
use storage::{
    Backlog, Backlogs, CancelFilter, CancelOutcome, CancelPlace, CancelStepped, Cancels, CommitError, Counted,
    CustomTypes, DedupeKey, DeleteOutcome, Deliveries, DeliveryFilter, Document, Documents, Done, Due, DueQueueHead,
    ErasedByAge, Erasure, ErasureOutcome, EventFilter, Events, Figures, InsertOutcome, InsertPortalSession,
    InsertReplay, Journal, Keys, ListScope, Listed, MasterKeys, OpenReplays, Page, Place, PoolUse, PortalSessions,
    Publication, Publications, PutOutcome, RegisterOutcome, Removed, ReplayChange, ReplayCount, ReplayStep,
    ReplayStepped, Replays, Retention, RetryOf, RetryOutcome, Sessions, Source, Statistics, StorageError, Store,
    StoreFacts, StoreSize, StoredEvent, SubscriptionFilter, Subscriptions, Tenants, Transfer, UpdateOutcome, Waiting,
    Write,
};
use storage_sqlite::SqliteStore;
use tokio::sync::{oneshot, watch};

type Result<T> = std::result::Result<T, StorageError>;

/// A store that signals its commits, and that can be told to fail or to wait.
#[derive(Debug)]
pub(crate) struct Watched {
    store: SqliteStore,
    commits: watch::Sender<u64>,
    broken: AtomicBool,
    contended: AtomicBool,
    commit_gate: Mutex<Option<Gate>>,
    update_gate: Mutex<Option<Gate>>,
}

/// The store's side of a [`Held`] write.
#[derive(Debug)]
struct Gate {
    reached: oneshot::Sender<()>,
    open: oneshot::Receiver<()>,
}

impl Gate {
    fn new() -> (Self, Held) {
        let ((reached, reach), (open, opened)) = (oneshot::channel(), oneshot::channel());
        (Self { reached, open: opened }, Held { reached: reach, open })
    }

    /// Waits at the gate, if one is set.
    async fn pass(gate: &Mutex<Option<Self>>) {
        let gate = gate.lock().unwrap().take();
        if let Some(Self { reached, open }) = gate {
            let _ = reached.send(());
            let _ = open.await;
        }
    }
}

/// A write that is durable, but whose caller has not been answered yet.
pub(crate) struct Held {
    reached: oneshot::Receiver<()>,
    open: oneshot::Sender<()>,
}

impl Held {
    /// Returns when the write is on disk.
    pub(crate) async fn reached(&mut self) {
        (&mut self.reached).await.expect("the store is open");
    }

    pub(crate) fn release(self) {
        self.open.send(()).expect("the write waits");
    }
}

impl Watched {
    pub(crate) fn new(store: SqliteStore) -> Self {
        let (commit_gate, update_gate) = (Mutex::new(None), Mutex::new(None));
        let (broken, contended) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { store, commits: watch::Sender::new(0), broken, contended, commit_gate, update_gate }
    }

    /// Changes after every commit.
    pub(crate) fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    /// Makes all further writes fail (or succeed again), as with a full disk.
    pub(crate) fn set_broken(&self, broken: bool) {
        self.broken.store(broken, SeqCst);
    }

    /// Makes every change of a subscription find that another one was faster.
    pub(crate) fn set_contended(&self, contended: bool) {
        self.contended.store(contended, SeqCst);
    }

    /// Holds back the result of the journal's next commit.
    pub(crate) fn hold_next_commit(&self) -> Held {
        let (gate, held) = Gate::new();
        *self.commit_gate.lock().unwrap() = Some(gate);
        held
    }

    /// Holds back the result of the next change of a subscription.
    pub(crate) fn hold_next_update(&self) -> Held {
        let (gate, held) = Gate::new();
        *self.update_gate.lock().unwrap() = Some(gate);
        held
    }

    fn writable(&self) -> Result<()> {
        let full = || StorageError::unavailable("database or disk is full: /secret/path");
        if self.broken.load(SeqCst) { Err(full()) } else { Ok(()) }
    }
}

#[async_trait]
impl Journal for Watched {
    async fn commit_from(&self, source: Arc<dyn Source>) -> std::result::Result<(Vec<Write>, Vec<Done>), CommitError> {
        if let Err(fault) = self.writable() {
            return Err(CommitError { batch: source.take(), source: fault });
        }
        let done = self.store.commit_from(source).await;
        Gate::pass(&self.commit_gate).await;
        self.commits.send_modify(|number| *number += 1);
        done
    }
}

#[async_trait]
impl Store for Watched {
    async fn check_writable(&self) -> Result<()> {
        self.writable()?;
        self.store.check_writable().await
    }

    async fn is_paused(&self) -> Result<bool> {
        self.store.is_paused().await
    }

    async fn set_paused(&self, paused: bool) -> Result<()> {
        self.writable()?;
        self.store.set_paused(paused).await
    }

    async fn close(&self) -> Result<()> {
        self.store.close().await
    }
}

#[async_trait]
impl Subscriptions for Watched {
    async fn insert_subscription(&self, subscription: &Subscription) -> Result<InsertOutcome> {
        self.store.insert_subscription(subscription).await
    }

    async fn subscription(&self, tenant: &TenantId, id: SubscriptionId) -> Result<Option<Subscription>> {
        self.store.subscription(tenant, id).await
    }

    async fn subscriptions_ever(&self, tenant: &TenantId, ids: &[SubscriptionId]) -> Result<Vec<Subscription>> {
        self.store.subscriptions_ever(tenant, ids).await
    }

    async fn subscriptions(
        &self,
        scope: ListScope<'_>,
        filter: &SubscriptionFilter,
        page: Page<Place<SubscriptionId>>,
    ) -> Result<Listed<Subscription, SubscriptionId>> {
        self.store.subscriptions(scope, filter, page).await
    }

    async fn count_subscriptions(
        &self,
        scope: ListScope<'_>,
        filter: &SubscriptionFilter,
        most: u32,
    ) -> Result<Counted<SubscriptionId>> {
        self.store.count_subscriptions(scope, filter, most).await
    }

    async fn tenants_with_subscription(&self, id: SubscriptionId) -> Result<Vec<TenantId>> {
        self.store.tenants_with_subscription(id).await
    }

    async fn set_breakers(&self, changes: &[storage::BreakerChange]) -> Result<Vec<storage::BreakerChange>> {
        let written = self.store.set_breakers(changes).await;
        self.commits.send_modify(|count| *count += 1);
        written
    }

    async fn set_warned(
        &self,
        tenant: &TenantId,
        id: SubscriptionId,
        known: Option<Timestamp>,
        warned_at: Option<Timestamp>,
    ) -> Result<bool> {
        let written = self.store.set_warned(tenant, id, known, warned_at).await;
        self.commits.send_modify(|count| *count += 1);
        written
    }

    async fn failing_subscriptions(&self, before: Timestamp) -> Result<Vec<(TenantId, SubscriptionId)>> {
        self.store.failing_subscriptions(before).await
    }

    async fn update_subscription(&self, subscription: &Subscription) -> Result<UpdateOutcome> {
        if self.contended.load(SeqCst) {
            return Ok(UpdateOutcome::Stale);
        }
        let update = self.store.update_subscription(subscription).await;
        self.commits.send_modify(|count| *count += 1);
        Gate::pass(&self.update_gate).await;
        update
    }

    async fn delete_subscription(
        &self,
        tenant: &TenantId,
        id: SubscriptionId,
        now: Timestamp,
    ) -> Result<UpdateOutcome> {
        self.store.delete_subscription(tenant, id, now).await
    }

    async fn cancel_waiting(&self, tenant: &TenantId, id: SubscriptionId, now: Timestamp) -> Result<()> {
        self.store.cancel_waiting(tenant, id, now).await
    }

    async fn each_subscription(&self, take: &mut (dyn FnMut(Subscription) + Send)) -> Result<()> {
        self.store.each_subscription(take).await
    }
}

#[async_trait]
impl Erasure for Watched {
    async fn erase_payload(
        &self,
        tenant: &TenantId,
        event: EventId,
        after: Option<DeliveryId>,
        rows: usize,
        now: Timestamp,
    ) -> Result<ErasureOutcome> {
        self.writable()?;
        self.store.erase_payload(tenant, event, after, rows, now).await
    }

    async fn unfinished_erasures(&self) -> Result<Vec<(TenantId, EventId)>> {
        self.store.unfinished_erasures().await
    }

    async fn erase_before(
        &self,
        tenant: &TenantId,
        before: Timestamp,
        after: Option<EventId>,
        rows: usize,
        now: Timestamp,
    ) -> Result<ErasedByAge> {
        let erased = self.store.erase_before(tenant, before, after, rows, now).await;
        self.commits.send_modify(|count| *count += 1);
        erased
    }
}

#[async_trait]
impl Retention for Watched {
    async fn believed_time(&self) -> Result<Option<Timestamp>> {
        self.store.believed_time().await
    }

    async fn keep_believed_time(&self, time: Timestamp) -> Result<()> {
        self.store.keep_believed_time(time).await
    }

    async fn newest_event(&self, until: Timestamp) -> Result<Option<Timestamp>> {
        self.store.newest_event(until).await
    }

    async fn tenants_with_events_before(&self, before: Timestamp) -> Result<Vec<TenantId>> {
        self.store.tenants_with_events_before(before).await
    }

    async fn remove_before(
        &self,
        tenant: &TenantId,
        before: Timestamp,
        after: Option<EventId>,
        rows: usize,
    ) -> Result<Removed> {
        let removed = self.store.remove_before(tenant, before, after, rows).await;
        self.commits.send_modify(|count| *count += 1);
        removed
    }
}
