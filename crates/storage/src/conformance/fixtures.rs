//! Fixtures of the cases: a world with its own tenants, a clock that stands still, and ids that are equal in every run.

mod due;
mod replays;
mod seeded;
mod shown;
mod values;

pub(super) use due::{due, next_due};
pub(super) use replays::{begin, delivery_in, failed, listed, missed, replay, run, step, waiting};
pub use seeded::Seeded;
pub(super) use values::{all, append, given_id, idempotency, object, patterns, url};

use crate::{Appended, Done, Ending, InsertOutcome, NewDelivery, NewEvent, Outcome, Store, Write};
use bytes::Bytes;
use model::{
    Attempt, Channels, Credentials, Delivery, DeliveryId, DeliveryStatus, Event, EventId, EventType, IdSource,
    Networks, Priority, Profile, Shape, Subscription, SubscriptionId, SubscriptionState, TenantChange, TenantId,
    TenantKey, Timestamp, Timings,
    credentials::Authentication,
    delivery::{EndStatus, Next},
    key::Scopes,
    policy::{AutoDisable, BreakerSettings, OnPause, OpenBreaker, Period, Policies, RateLimit},
    shape::{BatchFormat, Batching, Compression, HttpVersion, Method, PayloadForm, RequestShape, Transformation},
    subscription::{Health, SigningSecret, SubscriptionStats},
};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    task::Poll,
    time::Duration,
};

/// A case's own tenants, clock and ids in the store.
pub(super) struct World<'s> {
    pub(super) store: &'s dyn Store,
    pub(super) ids: IdSource,
    /// The current time in microseconds. It stands still until a case advances it.
    now: AtomicI64,
    case: &'static str,
    /// Types of the events.
    types: Mutex<HashMap<EventId, EventType>>,
}

/// An instance of every object that a tenant can own, as it was written.
pub(super) struct Belongings {
    pub(super) key: TenantKey,
    pub(super) subscription: Subscription,
    /// Has a given id and an idempotency key; its first delivery is waiting, its second has failed.
    pub(super) event: NewEvent,
}

impl<'s> World<'s> {
    /// `case` must be unique: the names of its tenants begin with it.
    pub(super) fn new(store: &'s dyn Store, case: &'static str) -> Self {
        Self::at(store, case, Timestamp::from_millis(1_760_000_000_000))
    }

    /// [`Self::new`] with another start time.
    pub(super) fn at(store: &'s dyn Store, case: &'static str, start: Timestamp) -> Self {
        let ids = IdSource::new(Box::new(Seeded::named(case)));
        Self { store, ids, now: AtomicI64::new(start.micros()), case, types: Mutex::default() }
    }

    /// The same case on another node's store.
    pub(super) fn on(self, store: &dyn Store) -> World<'_> {
        World { store, ids: self.ids, now: self.now, case: self.case, types: self.types }
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
        self.store.put_tenant(&id, TenantChange::default(), self.tick()).await.unwrap();
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
            last_used_at: None,
            expires_at: None,
            networks: Networks::default(),
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
            policies: Policies {
                rate_limit: RateLimit::try_new(600, Period::Minute, Some(7)).ok(),
                max_in_flight: Some(3),
                breaker: Some(BreakerSettings { connection_failures: 2, ..BreakerSettings::default() }),
                auto_disable: Some(AutoDisable::After(48)),
                retry: serde_json::from_value(json!({
                    "schedule": [5, 60], "retry_on": ["5xx"], "by_event_type": {"invoice.*": {"jitter": 0.5}},
                }))
                .ok(),
                on_pause: OnPause::Drop,
                shape: Shape {
                    ordered: None,
                    filter: Some("data.amount > 1 && data.name == \"ü\"".into()),
                    channels: Channels::parse(["project:1", "b"]).unwrap(),
                    transformation: Some(Transformation::Script("export default (webhook) => webhook".into())),
                    request: RequestShape::try_new(Method::Put, Some("/x/{data.id}"), [("t", "{type}")]).unwrap(),
                    compression: Some(Compression::Gzip),
                    batching: Batching::try_new(20, 500, BatchFormat::Ndjson).ok(),
                    payload: PayloadForm::Reference,
                    http_version: HttpVersion::Http2,
                },
            },
            health: Health {
                disabled: None,
                breaker: Some(OpenBreaker {
                    since: now,
                    reason: "2 connection failures in a row; the last: \"refused\" ü".into(),
                    next_probe_at: now.after(Duration::from_micros(5_000_001)),
                    pauses: 3,
                }),
                restarted_at: Some(now.before(Duration::from_secs(60))),
                warned_at: Some(now.before(Duration::from_secs(30))),
            },
            credentials: Credentials {
                authentication: Some(Authentication::Basic { username: "me".into(), password: "hüsh".into() }),
                tls: None,
                template_options: [("routing_key".into(), "hush".into())].into(),
            },
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
        let deliveries = (1..).zip(to).map(|(number, to)| NewDelivery {
            id: id.delivery(number).unwrap(),
            subscription: *to,
            order: None,
        });
        let event_type = EventType::parse(event_type).unwrap();
        self.types.lock().unwrap().insert(id, event_type.clone());
        let event = Event {
            id,
            given_id: None,
            tenant: tenant.clone(),
            event_type,
            timestamp: now,
            data: Bytes::from_static(br#"{"total": 12.50}"#),
            metadata: Bytes::new(),
            priority: Priority::Normal,
            deliveries: to.len() as u32,
            deliver_at: None,
            payload_erased_at: None,
            trace: None,
            channels: Default::default(),
        };
        NewEvent {
            event: Arc::new(event),
            keys: Vec::new(),
            deliveries: deliveries.collect(),
            filtered: Vec::new(),
            broke_schema: false,
            due_at: None,
        }
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

    /// The end of a delivery that is too old.
    pub(super) fn expiry(&self, tenant: &TenantId, delivery: DeliveryId, at: Timestamp) -> Write {
        let error = "Not sent: too old".to_owned();
        let (tenant, end, raises) = (tenant.clone(), EndStatus::Expired, Vec::new());
        Write::End(Box::new(Ending { tenant, delivery, order: None, end, error, at, raises }))
    }

    /// The type of an event of this world.
    pub(super) fn type_of(&self, event: EventId) -> EventType {
        let known = self.types.lock().unwrap().get(&event).cloned();
        known.unwrap_or_else(|| EventType::trusted("no.event"))
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
            event_type: self.type_of(of.id.event()),
            order: of.order,
            attempt: Attempt {
                number,
                started_at: now,
                duration: Duration::from_micros(250_001),
                response_code: Some(if ok { 200 } else { 503 }),
                error: (!ok).then(|| format!("HTTP 503 at attempt {number}")),
                request_headers: format!("webhook-id: {}\nx-region: eu", of.id.event()),
                response_headers: "server: ✓".into(),
                response_body: Bytes::from_static(b"\0\xff not text"),
                request_body: number.is_multiple_of(2).then(|| Bytes::from_static(b"\0\xff sent")),
                note: (number % 2 == 1).then(|| format!("something was odd about attempt {number} – or so")),
                remote_ip: Some(if ok { [192, 0, 2, 7].into() } else { [0x2001, 0xdb8, 0, 0, 0, 0, 0, 7].into() }),
                timings: Timings {
                    dns: ok.then_some(Duration::from_micros(1_500)),
                    first_byte: Some(Duration::from_micros(u64::from(number))),
                    rest: Some(Duration::ZERO),
                    ..Timings::default()
                },
            },
            next,
            raises: Vec::new(),
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
