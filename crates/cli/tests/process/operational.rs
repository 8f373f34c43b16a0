//! Operational events of a whole process: an event that follows from an outcome is exactly as durable as the outcome.

use crate::support::{client::Client, loopback, server::Launch, wait_until};
use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};
use tokio::{net::TcpListener, task::JoinHandle};

const SYSTEM: &str = "_postrider";
pub(crate) const EXHAUSTED: &str = "postrider.delivery.exhausted";

#[derive(Default)]
struct Ledger {
    operational: Mutex<Vec<Value>>,
    failures: AtomicUsize,
}

/// A receiver: operational events at `/operational`, 500 at `/broken`, 410 at `/gone`. Stops when dropped.
pub(crate) struct Desk {
    address: SocketAddr,
    ledger: Arc<Ledger>,
    task: JoinHandle<()>,
}

impl Desk {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(loopback(0)).await.unwrap();
        let (address, ledger) = (listener.local_addr().unwrap(), Arc::new(Ledger::default()));
        let operational = async |State(ledger): State<Arc<Ledger>>, Json(body): Json<Value>| {
            ledger.operational.lock().unwrap().push(body);
        };
        let broken = async |State(ledger): State<Arc<Ledger>>| {
            ledger.failures.fetch_add(1, SeqCst);
            StatusCode::INTERNAL_SERVER_ERROR
        };
        let router = Router::new()
            .route("/operational", post(operational))
            .route("/broken", post(broken))
            .route("/gone", post(async || StatusCode::GONE))
            .with_state(ledger.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, ledger, task }
    }

    /// Subscribes the operator to all operational events.
    pub(crate) async fn serve_operator(&self, operator: &Client) -> Client {
        let system = operator.in_tenant(SYSTEM);
        system.subscribe(&format!("http://{}/operational", self.address), &json!({})).await;
        system
    }

    /// Subscribes a tenant's receiver at this path, without retries and without a circuit breaker.
    pub(crate) async fn subscribe(&self, client: &Client, path: &str, event_type: &str) -> String {
        let fields = json!({
            "events": [event_type], "retry_enabled": false, "circuit_breaker": { "enabled": false },
        });
        client.subscribe(&format!("http://{}{path}", self.address), &fields).await.id
    }

    /// Operational events of a type that arrived, each as often as it arrived.
    pub(crate) fn arrived(&self, event_type: &str) -> Vec<Value> {
        let all = self.ledger.operational.lock().unwrap();
        all.iter().filter(|body| body["type"] == event_type).cloned().collect()
    }

    fn failures(&self) -> usize {
        self.ledger.failures.load(SeqCst)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The stored events of a type in the client's tenant.
pub(crate) async fn stored(client: &Client, event_type: &str) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let path = format!("/api/v1/events?type={event_type}&limit=200&offset={}", all.len());
        let page = client.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let rows = page.body.as_array().unwrap();
        if rows.is_empty() {
            return all;
        }
        all.extend(rows.iter().cloned());
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// Waits until no delivery waits, then checks that each failed delivery raised one event, which has arrived.
pub(crate) async fn each_failure_raised_one_event(client: &Client, system: &Client, desk: &Desk, failures: usize) {
    for of in [client, system] {
        wait_until("no delivery waits", async || (of.none("pending").await && of.none("retrying").await).then_some(()))
            .await;
    }
    // Cancelled deliveries, such as those of a deleted subscription, are listed too.
    let failed = client.deliveries("failed").await;
    let failed = failed.iter().filter(|one| one["event_type"] == "invoice.created");
    let failed: BTreeSet<String> = failed.map(|one| text(&one["id"])).collect();
    assert_eq!(failed.len(), failures);
    let mut events: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in stored(system, EXHAUSTED).await {
        events.entry(text(&event["data"]["delivery_id"])).or_default().push(text(&event["id"]));
    }
    let twice: Vec<_> = events.iter().filter(|(_, events)| events.len() != 1).collect();
    assert!(twice.is_empty(), "deliveries with several events: {twice:?}");
    let raised: BTreeSet<String> = events.keys().cloned().collect();
    assert_eq!(raised, failed, "the events are about the failed deliveries");
    let arrived: BTreeSet<String> = desk.arrived(EXHAUSTED).iter().map(|body| text(&body["id"])).collect();
    assert_eq!(arrived, events.into_values().flatten().collect(), "every event has arrived");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_exhausted_delivery_raises_one_event_although_the_server_is_killed() {
    const EVENTS: u64 = 2_000;
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::server(folder.path());
    let desk = Desk::start().await;
    let mut server = launch.start().await;
    let mut system = desk.serve_operator(&server.operator()).await;
    let mut client = server.tenant("acme").await;
    desk.subscribe(&client, "/broken", "invoice.created").await;
    client.publish_batch("invoice.created", 0..EVENTS).await;
    // Right after a failing response, whose outcome may be durable or not.
    for kill in [1, 200, 500, 900] {
        wait_until("a failing response", async || (desk.failures() >= kill).then_some(())).await;
        server.kill();
        assert!(desk.failures() < EVENTS as usize, "the kill must happen while deliveries fail");
        server = launch.start().await;
        (system, client) = (system.at(server.address), client.at(server.address));
    }
    each_failure_raised_one_event(&client, &system, &desk, EVENTS as usize).await;
    println!("ledger: {EVENTS} failed deliveries, {} requests, 4 kills, {EVENTS} events", desk.failures());
}
