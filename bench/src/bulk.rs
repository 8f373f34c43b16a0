//! Fills a store's file without a server, through the server's storage traits and in large commits.

use crate::server::MASTER_KEY;
use anyhow::{Context, ensure};
use bytes::Bytes;
use model::{
    Attempt, Entropy, Event, EventPattern, EventType, IdSource, Priority, Profile, Subscription, SubscriptionId,
    SubscriptionState, SubscriptionUrl, TenantChange, TenantId, Timestamp, Timings,
    delivery::{EndStatus, Next},
    subscription::{SigningSecret, SubscriptionStats},
};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc::{Receiver, sync_channel},
    },
    time::Duration,
};
use storage::{
    Append, Done, InsertOutcome, Journal, MasterKey, NewDelivery, NewEvent, Outcome, Store, Subscriptions, Tenants,
    Vault, Write,
};
use storage_sqlite::SqliteStore;

/// Writes per commit: large, because no caller waits for it.
const BATCH: usize = 8_000;
/// Batches prepared while one is being written.
const AHEAD: usize = 2;

/// Deterministic pseudo-random bytes (SplitMix64), equal in every run. Not for secrets.
#[derive(Debug)]
pub(crate) struct Seeded(AtomicU64);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.into())
    }

    pub(crate) fn number(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.0.fetch_add(STEP, Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        self.number() % end.max(1)
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(8) {
            piece.copy_from_slice(&self.number().to_le_bytes()[..piece.len()]);
        }
    }
}

/// Opens the store, as its only user.
pub(crate) fn open(file: &Path) -> anyhow::Result<SqliteStore> {
    let vault = Vault::new(&MasterKey::try_new(&MASTER_KEY)?, Arc::new(Seeded::new(1)));
    SqliteStore::open(file, vault).with_context(|| format!("failed to open {}", file.display()))
}

/// Closes the store.
pub(crate) async fn close(store: SqliteStore) -> anyhow::Result<()> {
    store.close().await.context("failed to close the store")
}

/// An id source whose ids are new: each use of a store has its own seed.
pub(crate) fn ids(seed: u64) -> IdSource {
    IdSource::new(Box::new(Seeded::new(seed)))
}

pub(crate) async fn tenant(store: &SqliteStore, name: &str, now: Timestamp) -> anyhow::Result<TenantId> {
    let id = TenantId::parse(name).ok().with_context(|| format!("{name} is not a tenant id"))?;
    store.put_tenant(&id, TenantChange::default(), now).await?;
    Ok(id)
}

/// A subscription as the platform API creates it.
pub(crate) fn subscription(
    ids: &IdSource,
    tenant: &TenantId,
    url: String,
    pattern: &str,
    now: Timestamp,
) -> anyhow::Result<Subscription> {
    Ok(Subscription {
        id: ids.subscription(now),
        tenant: tenant.clone(),
        url: SubscriptionUrl::parse(&url, true).with_context(|| format!("{url} is not a URL"))?,
        description: None,
        events: vec![EventPattern::parse(pattern).with_context(|| format!("{pattern} is not a pattern"))?],
        headers: Vec::new(),
        state: SubscriptionState::Active,
        profile: Profile::Platform,
        retry_enabled: true,
        max_retries: 3,
        timeout: Duration::from_secs(30),
        policies: Default::default(),
        health: Default::default(),
        credentials: Default::default(),
        secrets: vec![SigningSecret { value: "bench-secret-0123456789".into(), until: None }],
        metadata: model::JsonObject::default(),
        stats: SubscriptionStats::default(),
        is_unique: false,
        revision: 1,
        created_at: now,
        updated_at: now,
    })
}

pub(crate) async fn subscribe(store: &SqliteStore, subscription: &Subscription) -> anyhow::Result<()> {
    ensure!(store.insert_subscription(subscription).await? == InsertOutcome::Done, "a subscription was not inserted");
    Ok(())
}

/// An event with a waiting delivery for each of `to`.
pub(crate) fn event(
    ids: &IdSource,
    tenant: &TenantId,
    event_type: &EventType,
    data: &Bytes,
    to: &[SubscriptionId],
    at: Timestamp,
) -> anyhow::Result<NewEvent> {
    let id = ids.event(at);
    let mut deliveries = Vec::with_capacity(to.len());
    for (number, subscription) in (1..).zip(to) {
        let id = id.delivery(number).context("too many deliveries of one event")?;
        deliveries.push(NewDelivery { id, subscription: *subscription, order: None });
    }
    let event = Event {
        id,
        given_id: None,
        tenant: tenant.clone(),
        event_type: event_type.clone(),
        timestamp: at,
        data: data.clone(),
        metadata: Bytes::new(),
        priority: Priority::Normal,
        deliveries: to.len() as u32,
        deliver_at: None,
        payload_erased_at: None,
        trace: None,
        channels: Default::default(),
    };
    Ok(NewEvent::new(Arc::new(event), Vec::new(), deliveries))
}

pub(crate) fn append(tenant: &TenantId, events: Vec<NewEvent>) -> Write {
    Write::Append(Append { tenant: tenant.clone(), events: Arc::new(events) })
}

/// The outcome of a first attempt: delivered or failed.
pub(crate) fn attempted(tenant: &TenantId, kind: &EventType, of: NewDelivery, at: Timestamp, ok: bool) -> Write {
    let end = if ok { EndStatus::Delivered } else { EndStatus::Failed };
    Write::Outcome(Box::new(Outcome {
        tenant: tenant.clone(),
        delivery: of.id,
        subscription: of.subscription,
        event_type: kind.clone(),
        order: of.order,
        attempt: Attempt {
            number: 1,
            started_at: at,
            duration: Duration::from_millis(12),
            response_code: Some(if ok { 200 } else { 404 }),
            error: (!ok).then(|| "HTTP 404 Not Found".to_owned()),
            request_headers: format!(
                "content-type: application/json\nuser-agent: Postrider-Webhooks/1.0\nwebhook-id: {}\n\
                 webhook-timestamp: {}\nx-webhook-event-type: ticket.created",
                of.id.event(),
                at.seconds()
            ),
            response_headers: "content-type: text/plain\ncontent-length: 2".into(),
            response_body: Bytes::from_static(b"ok"),
            note: None,
            remote_ip: None,
            request_body: None,
            timings: Timings::default(),
        },
        next: Next::End(end),
        raises: Vec::new(),
    }))
}

/// Commits the writes of `make`, in large batches. `make` runs on a separate thread, so that both processors work; it
/// appends writes to its argument, piece by piece, until it returns `false`.
pub(crate) async fn write(
    store: &SqliteStore,
    mut make: impl FnMut(&mut Vec<Write>) -> anyhow::Result<bool> + Send + 'static,
) -> anyhow::Result<()> {
    let (send, batches) = sync_channel(AHEAD);
    let maker = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
        let mut goes_on = true;
        while goes_on {
            let mut batch = Vec::with_capacity(BATCH + 64);
            while goes_on && batch.len() < BATCH {
                goes_on = make(&mut batch)?;
            }
            if send.send(batch).is_err() {
                break;
            }
        }
        Ok(())
    });
    let mut batches = batches;
    loop {
        let (back, batch) = next(batches).await?;
        batches = back;
        let Some(batch) = batch else { break };
        let (_, done) = store.commit(batch).await.map_err(|fault| fault.source)?;
        ensure!(!done.contains(&Done::NoTenant), "a tenant is missing");
    }
    maker.await.context("failed to prepare writes")?
}

type Batches = Receiver<Vec<Write>>;

/// The next batch; waits on a blocking thread.
async fn next(batches: Batches) -> anyhow::Result<(Batches, Option<Vec<Write>>)> {
    tokio::task::spawn_blocking(move || {
        let batch = batches.recv().ok();
        (batches, batch)
    })
    .await
    .context("failed to read the queue of writes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::DeliveryStatus;
    use storage::{Deliveries, DeliveryFilter, ListScope, Page};

    #[tokio::test]
    async fn written_rows_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("store.db")).unwrap();
        let (now, ids) = (Timestamp::from_millis(1_760_000_000_000), ids(5));
        let acme = tenant(&store, "acme", now).await.unwrap();
        let to = subscription(&ids, &acme, "http://127.0.0.1:9/".into(), "ticket.*", now).unwrap();
        subscribe(&store, &to).await.unwrap();
        let (owner, mut left) = (acme.clone(), 3);
        write(&store, move |writes| {
            let (kind, data) = (EventType::trusted("ticket.created"), Bytes::from_static(b"{}"));
            let new = event(&ids, &owner, &kind, &data, &[to.id, to.id], now)?;
            let first = new.deliveries[0];
            writes.push(append(&owner, vec![new]));
            writes.push(attempted(&owner, &kind, first, now, left != 1));
            left -= 1;
            Ok(left > 0)
        })
        .await
        .unwrap();
        let all = store
            .deliveries(ListScope::Tenant(&acme), &DeliveryFilter::default(), Page::first(100))
            .await
            .unwrap()
            .rows;
        let of = |status| all.iter().filter(|one| one.status == status).count();
        assert_eq!((all.len(), of(DeliveryStatus::Delivered), of(DeliveryStatus::Failed)), (6, 2, 1));
        close(store).await.unwrap();
    }
}
