//! Fixtures of the cases: a world with its own tenants, a clock that stands still, and ids that are equal in every run.

use crate::{
    Append, Appended, DeliveryFilter, Done, Due, DueQueueHead, EventFilter, InsertOutcome, ListScope, NewDelivery,
    NewEvent, Outcome, Page, Publication, Store, SubscriptionFilter, Write,
};
use bytes::Bytes;
use model::{
    Attempt, Delivery, DeliveryId, DeliveryStatus, Entropy, Event, EventPattern, EventType, IdSource, JsonObject,
    Priority, Profile, Queue, Subscription, SubscriptionId, SubscriptionState, SubscriptionUrl, Tenant, TenantId,
    TenantKey, Timestamp,
    delivery::{EndStatus, Next},
    key::Scopes,
    subscription::{SigningSecret, SubscriptionStats},
};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{
            AtomicI64, AtomicU64,
            Ordering::{Relaxed, SeqCst},
        },
    },
    task::Poll,
    time::Duration,
};

/// Deterministic pseudo-random bytes (SplitMix64), equal in every run.
#[derive(Debug)]
pub struct Seeded(AtomicU64);

impl Seeded {
    /// Seeds the generator with a name.
    pub fn named(name: &str) -> Self {
        Self(
            name.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
                .into(),
        )
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        for piece in bytes.chunks_mut(8) {
            let mut mixed = self.0.fetch_add(STEP, Relaxed).wrapping_add(STEP);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            piece.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..piece.len()]);
        }
    }
}

/// A case's own tenants, clock and ids in the store.
pub(super) struct World<'s> {
    pub(super) store: &'s dyn Store,
    pub(super) ids: IdSource,
    /// The current time in microseconds. It stands still until a case advances it.
    now: AtomicI64,
    case: &'static str,
}

/// An instance of every object that a tenant can own, as it was written.
pub(super) struct Belongings {
    pub(super) key: TenantKey,
    pub(super) subscription: Subscription,
    /// Has a given id and an idempotency key; its first delivery is waiting, its second has failed.
    pub(super) event: NewEvent,
}

/// All readable data of a tenant, for comparisons before and after.
#[derive(Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) tenant: Option<Tenant>,
    pub(super) keys: Vec<TenantKey>,
    pub(super) subscriptions: Vec<Subscription>,
    pub(super) events: Vec<Event>,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) attempts: Vec<Vec<Attempt>>,
    pub(super) due: Vec<Due>,
    pub(super) publications: Vec<(i32, Publication)>,
}

impl<'s> World<'s> {
    /// `case` must be unique: the names of its tenants begin with it.
    pub(super) fn new(store: &'s dyn Store, case: &'static str) -> Self {
        Self::at(store, case, Timestamp::from_millis(1_760_000_000_000))
    }

    /// [`Self::new`] with another start time.
    pub(super) fn at(store: &'s dyn Store, case: &'static str, start: Timestamp) -> Self {
        let ids = IdSource::new(Box::new(Seeded::named(case)));
        Self { store, ids, now: AtomicI64::new(start.micros()), case }
    }

    /// The same case on another node's store.
    pub(super) fn on(self, store: &dyn Store) -> World<'_> {
        World { store, ids: self.ids, now: self.now, case: self.case }
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.now.load(SeqCst))
    }

    /// Advances the clock by a second; returns the new time.
    pub(super) fn tick(&self) -> Timestamp {
        self.advance(Duration::from_secs(1));
        self.now()
    }

    pub(super) fn advance(&self, wait: Duration) {
        self.now.fetch_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX), SeqCst);
    }

    /// The id of a tenant of this case; the tenant need not exist.
    pub(super) fn id(&self, which: &str) -> TenantId {
        TenantId::parse(&format!("{}:{which}", self.case)).unwrap()
    }

    /// Creates a tenant of this case.
    pub(super) async fn tenant(&self, which: &str) -> TenantId {
        let id = self.id(which);
        self.store.put_tenant(&id, model::Patch::Absent, None, self.tick()).await.unwrap();
        id
    }

    /// A key that is not stored.
    pub(super) fn key(&self, tenant: &TenantId) -> TenantKey {
        let now = self.tick();
        let mut hash = [0; 32];
        self.ids.secret(&mut hash);
        let (name, hint) = ("Büro ✓".into(), "pk_live_a1b2".into());
        TenantKey {
            id: self.ids.key(now),
            tenant: tenant.clone(),
            name,
            hint,
            hash,
            scopes: Scopes::all(),
            created_at: now,
        }
    }

    /// A subscription with every field set that is not stored.
    pub(super) fn subscription(&self, tenant: &TenantId) -> Subscription {
        let now = self.tick();
        let headers = [("X-Region", "eu"), ("Authorization", "Bearer of-tidings"), ("X-Region", "us"), ("X-Empty", "")];
        Subscription {
            id: self.ids.subscription(now),
            tenant: tenant.clone(),
            url: url("https://receiver.example/hooks?from=ü&to='\""),
            description: Some("to the\nledger".into()),
            events: patterns(&["invoice.*", "customer.created"]),
            headers: headers.map(|(name, value)| (name.into(), value.into())).into(),
            state: SubscriptionState::Active,
            profile: Profile::Platform,
            retry_enabled: true,
            max_retries: 7,
            timeout: Duration::from_secs(45),
            secrets: vec![
                SigningSecret { value: "whsec_current".into(), until: None },
                SigningSecret {
                    value: "whsec_former".into(),
                    until: Some(now.after(Duration::from_micros(1_500_001))),
                },
            ],
            metadata: object(json!({ "team": "ledger", "deep": { "list": [1, null, "ü"] } })),
            stats: SubscriptionStats::default(),
            is_unique: false,
            revision: 1,
            created_at: now,
            updated_at: now.after(Duration::from_micros(7)),
        }
    }

    /// Stores a new subscription of the tenant.
    pub(super) async fn subscribe(&self, tenant: &TenantId) -> Subscription {
        let subscription = self.subscription(tenant);
        assert_eq!(self.store.insert_subscription(&subscription).await.unwrap(), InsertOutcome::Done);
        subscription
    }

    /// An event that is not stored, created a second after the previous object.
    pub(super) fn event(&self, tenant: &TenantId, event_type: &str, to: &[SubscriptionId]) -> NewEvent {
        let now = self.tick();
        let id = self.ids.event(now);
        let deliveries =
            (1..).zip(to).map(|(number, to)| NewDelivery { id: id.delivery(number).unwrap(), subscription: *to });
        let event = Event {
            id,
            given_id: None,
            tenant: tenant.clone(),
            event_type: EventType::parse(event_type).unwrap(),
            timestamp: now,
            data: Bytes::from_static(br#"{"total": 12.50}"#),
            metadata: Bytes::new(),
            priority: Priority::Normal,
            deliveries: to.len() as u32,
        };
        NewEvent { event: Arc::new(event), keys: Vec::new(), deliveries: deliveries.collect(), broke_schema: false }
    }

    /// Stores a new event; fails if it is a duplicate.
    pub(super) async fn publish(&self, tenant: &TenantId, event_type: &str, to: &[SubscriptionId]) -> NewEvent {
        let new = self.event(tenant, event_type, to);
        assert_eq!(self.append(tenant, vec![new.clone()]).await, Done::Appended(vec![Appended::New]));
        new
    }

    pub(super) async fn append(&self, tenant: &TenantId, events: Vec<NewEvent>) -> Done {
        self.commit(vec![append(tenant, events)]).await.remove(0)
    }

    /// Commits a batch and returns its results.
    pub(super) async fn commit(&self, batch: Vec<Write>) -> Vec<Done> {
        let sent = batch.len();
        let (batch, done) = self.store.commit(batch).await.unwrap();
        assert!(batch.len() == sent && done.len() == sent, "the batch comes back with an answer for each write");
        done
    }

    /// An outcome that is not stored; its attempt begins a second after the previous object.
    pub(super) fn outcome(
        &self,
        tenant: &TenantId,
        of: NewDelivery,
        number: u32,
        status: DeliveryStatus,
    ) -> Box<Outcome> {
        let (now, ok) = (self.tick(), status == DeliveryStatus::Delivered);
        let next = match status {
            DeliveryStatus::Pending => panic!("no attempt leaves a delivery pending"),
            DeliveryStatus::Retrying => Next::Retry { at: now.after(Duration::from_secs(60)) },
            DeliveryStatus::Delivered => Next::End(EndStatus::Delivered),
            DeliveryStatus::Failed => Next::End(EndStatus::Failed),
            DeliveryStatus::Exhausted => Next::End(EndStatus::Exhausted),
            DeliveryStatus::Disabled => Next::Gone,
            DeliveryStatus::Cancelled => Next::End(EndStatus::Cancelled),
        };
        Box::new(Outcome {
            tenant: tenant.clone(),
            delivery: of.id,
            subscription: of.subscription,
            attempt: Attempt {
                number,
                started_at: now,
                duration: Duration::from_micros(250_001),
                response_code: Some(if ok { 200 } else { 503 }),
                error: (!ok).then(|| format!("HTTP 503 at attempt {number}")),
                request_headers: format!("webhook-id: {}\nx-region: eu", of.id.event()),
                response_headers: "server: ✓".into(),
                response_body: Bytes::from_static(b"\0\xff not text"),
                note: (number % 2 == 1).then(|| format!("something was odd about attempt {number} – or so")),
            },
            next,
        })
    }

    /// Records that attempt `number` had this result.
    pub(super) async fn attempted(&self, tenant: &TenantId, of: NewDelivery, number: u32, status: DeliveryStatus) {
        let outcome = self.outcome(tenant, of, number, status);
        assert_eq!(self.commit(vec![Write::Outcome(outcome)]).await, [Done::Recorded]);
    }

    pub(super) async fn delivery(&self, tenant: &TenantId, id: DeliveryId) -> Delivery {
        self.store.delivery(tenant, id).await.unwrap().unwrap()
    }

    /// Creates one of every object that a tenant can own.
    pub(super) async fn furnish(&self, tenant: &TenantId) -> Belongings {
        let key = self.key(tenant);
        assert!(self.store.insert_key(&key).await.unwrap());
        let subscription = self.subscribe(tenant).await;
        let mut event = self.event(tenant, "invoice.created", &[subscription.id, subscription.id]);
        event.keys = vec![given_id("order-1"), idempotency("first try")];
        Arc::make_mut(&mut event.event).given_id = Some("order-1".into());
        assert_eq!(self.append(tenant, vec![event.clone()]).await, Done::Appended(vec![Appended::New]));
        self.attempted(tenant, event.deliveries[1], 1, DeliveryStatus::Failed).await;
        Belongings { key, subscription, event }
    }

    pub(super) async fn shown(&self, tenant: &TenantId) -> Shown {
        let store = self.store;
        let subscriptions =
            store.subscriptions(ListScope::Tenant(tenant), &SubscriptionFilter::default(), all()).await.unwrap().rows;
        let deliveries =
            store.deliveries(ListScope::Tenant(tenant), &DeliveryFilter::default(), all()).await.unwrap().rows;
        let (mut attempts, mut waiting) = (Vec::new(), Vec::new());
        for delivery in &deliveries {
            attempts.push(store.attempts(tenant, delivery.id, u32::MAX).await.unwrap());
        }
        for subscription in &subscriptions {
            waiting.push(due(store, tenant, subscription.id, self.now(), 10, &[]).await);
        }
        Shown {
            tenant: store.tenant(tenant).await.unwrap(),
            keys: store.keys(tenant).await.unwrap(),
            subscriptions,
            events: store.events(ListScope::Tenant(tenant), &EventFilter::default(), all()).await.unwrap().rows,
            deliveries,
            attempts,
            due: waiting,
            publications: store.read_publications(tenant).await.unwrap(),
        }
    }

    /// Interrupts the deletion of a tenant, as a crash does. Returns `false` when this store never shows a half-deleted
    /// tenant.
    pub(super) async fn half_delete(&self, tenant: &TenantId) -> bool {
        let mut deletion = self.store.delete_tenant(tenant);
        loop {
            let ended = std::future::poll_fn(|task| Poll::Ready(deletion.as_mut().poll(task).is_ready())).await;
            if ended {
                return false;
            }
            if self.store.half_deleted_tenants().await.unwrap().contains(tenant) {
                return true;
            }
        }
    }
}

pub(super) fn append(tenant: &TenantId, events: Vec<NewEvent>) -> Write {
    Write::Append(Append { tenant: tenant.clone(), events: Arc::new(events) })
}

pub(super) fn given_id(text: &str) -> crate::DedupeKey {
    crate::DedupeKey::GivenId(text.into())
}

pub(super) fn idempotency(text: &str) -> crate::DedupeKey {
    crate::DedupeKey::Idempotency(text.into())
}

pub(super) fn url(text: &str) -> SubscriptionUrl {
    SubscriptionUrl::parse(text, false).unwrap()
}

pub(super) fn patterns(texts: &[&str]) -> Vec<EventPattern> {
    texts.iter().map(|text| EventPattern::parse(text).unwrap()).collect()
}

pub(super) fn object(value: Value) -> JsonObject {
    JsonObject::parse(&value.to_string()).unwrap()
}

/// Due deliveries of all queues of a subscription, queue after queue; the limit applies to each.
pub(super) async fn due(
    store: &dyn Store,
    tenant: &TenantId,
    subscription: SubscriptionId,
    now: Timestamp,
    limit: usize,
    held: &[DeliveryId],
) -> Due {
    let mut all = Due::default();
    for queue in Queue::ALL {
        let due = store.due(tenant, subscription, queue, now, limit, held).await.unwrap();
        all.next = all.next.into_iter().chain(due.next).min();
        all.deliveries.extend(due.deliveries);
    }
    all
}

/// Due time of a subscription's first waiting delivery.
pub(super) async fn next_due(store: &dyn Store, tenant: &TenantId, subscription: SubscriptionId) -> Option<Timestamp> {
    let mut first = None;
    let mut take = |one: DueQueueHead| {
        if one.tenant == *tenant && one.subscription == subscription {
            first = first.into_iter().chain([one.at]).min();
        }
    };
    store.each_queue_head(&mut take).await.unwrap();
    first
}

/// A page large enough for every row of a case.
pub(super) fn all<Id>() -> Page<Id> {
    Page::first(1_000_000)
}
