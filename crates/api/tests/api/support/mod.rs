//! A whole Postrider for one test: a store in a file of its own, the engine, and the API on a port of its own. Time
//! stands still until the test moves it, and nothing sleeps: tests wait for requests and commits.

mod documented;
mod http;
mod operations;
mod receiver;
mod setup;
mod store;

pub(crate) use self::{
    http::{Answer, Caller, LONGEST, within},
    operations::{Operation, document},
    receiver::{Received, Receiver, Reply},
    setup::Setup,
    store::Watched,
};

use api::App;
use delivery::{AddressPolicy, Defaults, Egress, EgressSettings, Engine, Stopped, TestClock};
use model::{Clock, Delivery, DeliveryStatus, Entropy, IdSource, Scope, TenantId, Timestamp, catalog::Catalog};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use storage::{
    Deliveries, DeliveryFilter, Keys, ListScope, MasterKey, NewNode, NodeRole, Page, Store, Subscriptions, Tenants,
    Vault,
};
use storage_sqlite::SqliteStore;
use tokio::net::TcpListener;
use tokio_rustls::rustls::RootCertStore;

/// How long installations of tests keep events.
pub(crate) const RETENTION: Duration = Duration::from_secs(90 * 24 * 3_600);

/// The time at which tests begin: Saturday, 2026-01-31T09:30:00Z.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_769_851_800_000);

/// The operator's key.
pub(crate) const ADMIN_KEY: &str = "ak_the-operator-of-these-tests";

/// The operating system's randomness.
#[derive(Clone, Copy, Debug)]
struct OsEntropy;

impl Entropy for OsEntropy {
    #[allow(clippy::disallowed_methods, reason = "keys and ids of tests that run side by side must differ")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("randomness");
    }
}

/// A folder of the test's own, in memory if the machine has such a place. The store's own tests check that a commit
/// reaches the disk; here that would only cost time.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

/// A running installation. A test ends with [`TestApp::finish`] or [`TestApp::finish_leaving`].
pub(crate) struct TestApp {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) store: Arc<Watched>,
    engine: Arc<Engine>,
    nobody: Caller,
    server: tokio::task::JoinHandle<()>,
    folder: tempfile::TempDir,
    setup: Setup,
    finished: bool,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_as(Setup::default()).await
    }

    pub(crate) async fn start_as(setup: Setup) -> Self {
        let clock = TestClock::at(setup.start);
        Self::start_in(folder(), clock, setup).await
    }

    async fn start_in(folder: tempfile::TempDir, clock: Arc<TestClock>, setup: Setup) -> Self {
        let vault = Vault::new(&MasterKey::try_new(&[7; 32]).unwrap(), Arc::new(OsEntropy));
        let store = SqliteStore::open(&folder.path().join("postrider.db"), vault).unwrap();
        let store = Arc::new(Watched::new(store));
        let ids = Arc::new(IdSource::new(Box::new(OsEntropy)));
        let mut roots = RootCertStore::empty();
        for certificate in &setup.trusted {
            roots.add(certificate.clone()).unwrap();
        }
        let allowed = if setup.allow_loopback { vec!["127.0.0.0/8".parse().unwrap()] } else { vec![] };
        let engine = Engine::start(delivery::Parts {
            retention: Some(RETENTION),
            store: store.clone(),
            clock: clock.clone(),
            sleeper: clock.clone(),
            ids: ids.clone(),
            egress: Egress::with_roots(
                EgressSettings { connections: setup.connections, ..EgressSettings::new(AddressPolicy::new(allowed)) },
                roots,
            )
            .unwrap(),
            defaults: Defaults {
                user_agent: "Postrider-Webhooks/1.0".parse().unwrap(),
                retry_base: Duration::from_secs(1),
                ids: setup.settings.ids,
            },
            max_concurrency: 64,
            node: NewNode { name: "tests:0".into(), role: NodeRole::All, version: "0".into() },
            steady_clock: None,
        })
        .await
        .unwrap();
        let app = App::load(api::Parts {
            engine: engine.clone(),
            store: store.clone(),
            clock: clock.clone(),
            ids,
            catalog: Catalog::shipped().unwrap(),
            admin_key_hash: api::hash_key(ADMIN_KEY),
            settings: api::Settings {
                allow_http: setup.allow_http,
                tenants_on_first_use: setup.tenants_on_first_use,
                max_retries: setup.max_retries,
                ..setup.settings.clone()
            },
        })
        .await
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = Caller::new(format!("http://{}", listener.local_addr().unwrap()));
        let server = tokio::spawn(async move { axum::serve(listener, api::router(app)).await.unwrap() });
        Self { clock, store, engine, nobody, server, folder, setup, finished: false }
    }

    /// Shuts down and starts again on the same file.
    pub(crate) async fn restart(self) -> Self {
        let setup = self.setup.clone();
        self.restart_as(setup).await
    }

    /// The same with other settings.
    pub(crate) async fn restart_as(mut self, setup: Setup) -> Self {
        self.stop().await;
        self.setup = setup;
        let folder = std::mem::replace(&mut self.folder, folder());
        Self::start_in(folder, self.clock.clone(), self.setup.clone()).await
    }

    /// Where the API listens.
    pub(crate) fn address(&self) -> &str {
        self.nobody.authority()
    }

    /// Without a key.
    pub(crate) fn nobody(&self) -> Caller {
        self.nobody.clone()
    }

    /// The operator.
    pub(crate) fn admin(&self) -> Caller {
        self.nobody.bearing(ADMIN_KEY)
    }

    /// The operator, acting in a tenant.
    pub(crate) fn admin_in(&self, tenant: &str) -> Caller {
        self.admin().with("X-Tenant-Id", tenant)
    }

    /// A caller with a key of this tenant that has all scopes; creates the tenant if it is missing.
    pub(crate) async fn tenant(&self, id: &str) -> Caller {
        self.member(id, &Scope::ALL.map(Scope::name)).await
    }

    /// A caller with a key of this tenant that has only these scopes.
    pub(crate) async fn member(&self, id: &str, scopes: &[&str]) -> Caller {
        let tenant = self.admin().put(&format!("/api/v1/tenants/{id}"), json!({})).await;
        assert!(tenant.status.is_success(), "{}", tenant.text());
        let key = self.admin_in(id).post("/api/v1/keys", json!({"scopes": scopes})).await.expect(201);
        self.nobody.bearing(key["key"].as_str().unwrap())
    }

    /// An installation with one tenant, and a receiver.
    pub(crate) async fn with_receiver() -> (Self, Caller, Receiver) {
        let app = Self::start().await;
        let acme = app.tenant("acme").await;
        (app, acme, Receiver::start().await)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Moves the clock just past a time that the API has shown. (Times are shown in whole milliseconds.)
    pub(crate) fn pass(&self, shown: &Value) {
        self.clock.advance(time(shown).since(self.now()) + Duration::from_millis(1));
    }

    /// Calls `look` now, and again after every commit, until it finds what it looks for.
    pub(crate) async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let mut commits = self.store.commits();
        within(what, async {
            loop {
                commits.mark_unchanged();
                if let Some(found) = look().await {
                    return found;
                }
                commits.changed().await.expect("the store is open");
            }
        })
        .await
    }

    /// The delivery with its attempts, as soon as there are `count` of them.
    pub(crate) async fn attempted(&self, caller: &Caller, delivery: &str, count: u64) -> Value {
        let path = format!("/api/v1/webhooks/deliveries/{delivery}");
        self.until(&format!("attempt {count} of {delivery}"), async || {
            let shown = caller.get(&path).await.expect(200);
            let made = shown["attempt_number"].as_u64().unwrap();
            assert!(made <= count, "more attempts than expected: {shown}");
            (made == count).then_some(shown)
        })
        .await
    }

    /// Returns when this many deliveries were put off because of a shortage of this machine.
    pub(crate) async fn put_off(&self, count: u64) {
        within("deliveries put off", async {
            while self.engine.health().put_off < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }

    /// All waiting deliveries of all tenants, due now or later.
    async fn waiting(&self) -> Vec<Delivery> {
        let statuses = vec![DeliveryStatus::Pending, DeliveryStatus::Retrying];
        let filter = DeliveryFilter { statuses, ..DeliveryFilter::default() };
        let mut waiting = Vec::new();
        for tenant in self.store.tenants(Page::first(1_000)).await.unwrap() {
            let scope = ListScope::Tenant(&tenant.id);
            waiting.extend(self.store.deliveries(scope, &filter, Page::first(10_000)).await.unwrap().rows);
        }
        waiting
    }

    /// True when this delivery can be sent at once.
    async fn is_due(&self, delivery: &Delivery) -> bool {
        let subscription = self.store.subscription(&delivery.tenant, delivery.subscription).await.unwrap();
        let active = subscription.is_some_and(|subscription| subscription.state.is_active());
        active && delivery.next_attempt_at.is_some_and(|at| at <= self.now())
    }

    /// Returns when everything that can be sent now was sent, and the outcomes are durable.
    pub(crate) async fn settled(&self) -> Vec<Delivery> {
        self.until("what is due to be sent", async || {
            let waiting = self.waiting().await;
            for delivery in &waiting {
                if self.is_due(delivery).await {
                    return None;
                }
            }
            Some(waiting)
        })
        .await
    }

    /// Ends the test: every delivery must have succeeded or failed for good.
    pub(crate) async fn finish(self) {
        self.finish_leaving(0).await;
    }

    /// Ends a test that leaves this many deliveries waiting.
    pub(crate) async fn finish_leaving(mut self, expected: usize) {
        let left = self.settled().await;
        self.stop().await;
        assert_eq!(left.len(), expected, "deliveries left waiting: {left:#?}");
    }

    /// Ends a test that may leave any number of deliveries waiting.
    pub(crate) async fn finish_leaving_any(mut self) {
        self.settled().await;
        self.stop().await;
    }

    async fn stop(&mut self) {
        self.finished = true;
        assert_eq!(self.engine.stop(LONGEST).await, Stopped::Clean);
        self.server.abort();
        self.store.close().await.unwrap();
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        assert!(self.finished || std::thread::panicking(), "the test did not end with finish()");
    }
}

/// Calls that most tests make.
impl Caller {
    /// Subscribes `url` to all types; returns the subscription.
    pub(crate) async fn subscribe(&self, url: &str) -> Value {
        self.subscribe_with(json!({"url": url, "events": ["*"]})).await
    }

    pub(crate) async fn subscribe_with(&self, fields: Value) -> Value {
        self.post("/api/v1/webhooks/subscriptions", fields).await.expect(201)
    }

    /// Publishes an invoice; returns the accepted event.
    pub(crate) async fn publish(&self) -> Value {
        self.publish_with(json!({"type": "invoice.created", "data": {"invoice_id": "inv_123"}})).await
    }

    pub(crate) async fn publish_with(&self, event: Value) -> Value {
        self.post("/api/v1/events", event).await.expect(202)
    }

    /// The deliveries of an event, in order.
    pub(crate) async fn deliveries_of(&self, event: &Value) -> Vec<Value> {
        let id = event["id"].as_str().unwrap();
        let shown = self.get(&format!("/api/v1/events/{id}")).await.expect(200);
        shown["deliveries"].as_array().unwrap().clone()
    }

    /// Publishes an invoice that one subscription receives; returns the delivery's id.
    pub(crate) async fn publish_one(&self) -> String {
        let event = self.publish().await;
        assert_eq!(event["deliveries"], 1);
        self.deliveries_of(&event).await[0]["id"].as_str().unwrap().to_owned()
    }
}

/// A time that the API has shown.
#[track_caller]
pub(crate) fn time(value: &Value) -> Timestamp {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is not a time"));
    assert!(text.ends_with('Z'), "{text}");
    Timestamp::parse(text).unwrap()
}

/// Whole seconds from `earlier` to `later`.
pub(crate) fn seconds_between(earlier: Timestamp, later: Timestamp) -> u64 {
    later.since(earlier).as_secs()
}

/// The other spelling of an id: hyphenated.
pub(crate) fn hyphenated(id: &str) -> String {
    let uuid = match id.split_once('_').map(|(prefix, _)| prefix) {
        Some("sub") => model::SubscriptionId::parse(id).unwrap().uuid(),
        Some("evt") => model::EventId::parse(id).unwrap().uuid(),
        Some("dlv") => model::DeliveryId::parse(id).unwrap().uuid(),
        Some("key") => model::KeyId::parse(id).unwrap().uuid(),
        _ => panic!("{id} is not a generated id"),
    };
    uuid.hyphenated().to_string()
}

/// The texts of a JSON array.
#[track_caller]
pub(crate) fn texts(list: &Value) -> Vec<&str> {
    list.as_array().expect("an array").iter().map(|one| one.as_str().expect("a string")).collect()
}

/// One field of each object of a JSON array, as text.
#[track_caller]
pub(crate) fn each<'v>(list: &'v Value, field: &str) -> Vec<&'v str> {
    let list = list.as_array().expect("an array");
    list.iter().map(|one| one[field].as_str().unwrap_or_else(|| panic!("{field} in {one}"))).collect()
}

/// The keys of the tenant, so that a test can look at what is stored.
pub(crate) async fn stored_keys(app: &TestApp, tenant: &str) -> Vec<model::TenantKey> {
    app.store.keys(&TenantId::parse(tenant).unwrap()).await.unwrap()
}
