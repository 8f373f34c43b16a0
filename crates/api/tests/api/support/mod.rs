//! A whole Postrider for one test: a store in a file of its own, the engine, and the API on a port of its own. Time
//! stands still until the test moves it, and nothing sleeps: tests wait for requests and commits.

mod documented;
mod environment;
mod http;
mod log;
mod operations;
mod receiver;
mod setup;
mod store;
mod values;

pub(crate) use self::{
    http::{Answer, Caller, EventStream, LONGEST, within},
    log::FakeLog,
    operations::{Operation, document},
    receiver::{Received, Receiver, Reply},
    setup::Setup,
    store::Watched,
    values::{each, hyphenated, seconds_between, texts, time},
};

use api::App;
use delivery::{AddressPolicy, Defaults, Egress, EgressSettings, Engine, References, Stopped, TestClock};
use environment::{OsEntropy, folder};
use model::{Clock, Delivery, DeliveryStatus, IdSource, Scope, TenantId, Timestamp, catalog::Catalog};
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

/// The time after which a condition is looked at again without a commit.
const AGAIN: Duration = Duration::from_millis(100);

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
        let metrics = Arc::new(metrics::Metrics::default());
        let engine = Engine::start(delivery::Parts {
            metrics: metrics.clone(),
            retention: Some(RETENTION),
            statistics: model::statistics::StatisticsRetention::default(),
            operational_to_tenants: setup.settings.operational_to_tenants,
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
                policies: setup.policies,
                source: "postrider".into(),
                references: Some(References::new("http://outside.example", b"a secret of tests", [])),
            },
            script_workers: 2,
            scripts: Arc::new(transform::Scripts::new(
                transform::Program { path: "/nonexistent".into(), arguments: Vec::new() },
                transform::Limits::default(),
            )),
            max_concurrency: 64,
            limits: setup.limits.clone(),
            node: NewNode { name: "tests:0".into(), role: NodeRole::All, version: "0".into() },
            log_sample: Arc::default(),
            traces: delivery::Traces::off(),
            steady_clock: None,
        })
        .await
        .unwrap();
        let app = App::load(api::Parts {
            metrics,
            engine: engine.clone(),
            store: store.clone(),
            clock: clock.clone(),
            ids,
            catalog: Catalog::shipped().unwrap(),
            admin_key_hash: api::hash_key(ADMIN_KEY),
            log: Arc::new(FakeLog::default()),
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

    /// The same; `meanwhile` runs while nothing runs.
    pub(crate) async fn restart_after(mut self, meanwhile: impl FnOnce()) -> Self {
        self.stop().await;
        meanwhile();
        let (folder, setup) = (std::mem::replace(&mut self.folder, folder()), self.setup.clone());
        Self::start_in(folder, self.clock.clone(), setup).await
    }

    /// The same with other settings.
    pub(crate) async fn restart_as(mut self, setup: Setup) -> Self {
        self.stop().await;
        self.setup = setup;
        let folder = std::mem::replace(&mut self.folder, folder());
        Self::start_in(folder, self.clock.clone(), self.setup.clone()).await
    }

    /// Announces a stop.
    pub(crate) fn start_draining(&self) {
        self.engine.start_draining();
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
                // The condition is looked at again without a commit: a task may have read the clock after the move.
                if let Ok(changed) = tokio::time::timeout(AGAIN, commits.changed()).await {
                    changed.expect("the store is open");
                }
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

    /// The replay, as soon as it is in this state.
    pub(crate) async fn replayed(&self, caller: &Caller, replay: &Value, state: &str) -> Value {
        let path = format!("/api/v1/webhooks/replays/{}", replay["id"].as_str().unwrap());
        within(&format!("the state {state} of {path}"), async {
            loop {
                let shown = caller.get(&path).await.expect(200);
                if shown["state"] == state {
                    return shown;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
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

    /// Approximate bytes of the deliveries that are queued in memory.
    pub(crate) fn queued_bytes(&self) -> usize {
        self.engine.health().lanes.queued_bytes
    }

    /// All waiting deliveries of all tenants, due now or later.
    async fn waiting(&self) -> Vec<Delivery> {
        let statuses = vec![DeliveryStatus::Pending, DeliveryStatus::Retrying];
        let filter = DeliveryFilter { statuses, ..DeliveryFilter::default() };
        let mut waiting = Vec::new();
        let customers = self.store.tenants(Page::first(1_000)).await.unwrap();
        for tenant in customers.into_iter().map(|tenant| tenant.id).chain([TenantId::system()]) {
            let scope = ListScope::Tenant(&tenant);
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

    /// Returns when this many deliveries that are due are left: a policy of their subscription makes them wait.
    pub(crate) async fn settled_leaving(&self, count: usize) {
        self.until(&format!("all but {count} deliveries to be sent"), async || {
            let mut due = 0;
            for delivery in &self.waiting().await {
                due += usize::from(self.is_due(delivery).await);
            }
            (due == count).then_some(())
        })
        .await;
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

/// The keys of the tenant, so that a test can look at what is stored.
pub(crate) async fn stored_keys(app: &TestApp, tenant: &str) -> Vec<model::TenantKey> {
    app.store.keys(&TenantId::parse(tenant).unwrap()).await.unwrap()
}
