//! Installations under a load that shows on every panel: a server on SQLite and two nodes on PostgreSQL, receivers with
//! every kind of fault, and a Prometheus with the shipped configuration that scrapes them.

use crate::{
    nodes::MASTER_KEY,
    support::{
        client::{Client, Subscription},
        free_port, loopback, nginx,
        receiver::{Receiver, SECRET},
        server::{Launch, Process, Server},
        wait_until,
    },
};
use http::Method;
use model::{Clock, SystemClock};
use serde_json::{Value, json};
use std::{net::SocketAddr, path::Path, time::Duration};
use tempfile::TempDir;
use testing::{Postgres, Prometheus};
use tokio::{task::JoinSet, time::interval};

/// Interval of publishing, per installation.
const EVERY: Duration = Duration::from_millis(100);

/// A server, and the address of its metrics.
pub(super) struct Node {
    pub(super) server: Server,
    pub(super) metrics: SocketAddr,
}

impl Node {
    /// Starts a server that serves its metrics at an address of their own.
    pub(super) async fn start(launch: &Launch) -> Self {
        Self::start_at(launch, loopback(free_port())).await
    }

    pub(super) async fn start_at(launch: &Launch, metrics: SocketAddr) -> Self {
        let server = launch.clone().env("POSTRIDER_METRICS_LISTEN", &metrics.to_string()).start().await;
        Self { server, metrics }
    }
}

/// A node on a PostgreSQL database.
pub(super) fn on_postgres(folder: &Path, server: &Postgres, database: &str) -> Launch {
    Launch::server(folder).env("POSTRIDER_STORE", &server.url(database)).env("POSTRIDER_MASTER_KEY", MASTER_KEY)
}

/// The shipped configuration of Prometheus, for other targets and a short test: a second between scrapes.
pub(super) fn configuration(jobs: &[(&str, &[SocketAddr])]) -> String {
    let shipped = crate::support::markdown::text("deploy/prometheus/prometheus.yml");
    let target = r#"["127.0.0.1:9464"]"#;
    assert!(shipped.contains(target) && shipped.contains("job_name: postrider\n"), "{shipped}");
    let targets = |addresses: &[SocketAddr]| {
        let addresses: Vec<String> = addresses.iter().map(SocketAddr::to_string).collect();
        json!(addresses).to_string()
    };
    let mut text = shipped
        .replace("scrape_interval: 15s", "scrape_interval: 1s")
        .replace("evaluation_interval: 30s", "evaluation_interval: 1s")
        .replace(target, &targets(jobs[0].1));
    assert_eq!(jobs[0].0, "postrider", "the shipped job comes first");
    for (job, addresses) in &jobs[1..] {
        let more = format!("  - job_name: {job}\n    static_configs:\n      - targets: {}\n", targets(addresses));
        text.push_str(&more);
    }
    text
}

/// Receivers of all kinds.
struct Receivers {
    good: Receiver,
    hanging: Receiver,
    /// Answers with the status that is the path.
    statuses: SocketAddr,
    _nginx: Process,
    _folder: TempDir,
}

impl Receivers {
    async fn start() -> Self {
        let (good, hanging) = (Receiver::start().await, Receiver::start().await);
        hanging.hold();
        let (folder, statuses) = (tempfile::tempdir().unwrap(), loopback(free_port()));
        let locations: String =
            [404, 410, 429, 503].iter().map(|status| format!("location /{status} {{ return {status}; }}\n")).collect();
        let servers = format!("server {{ listen {statuses}; access_log off; {locations} }}");
        let nginx = nginx::start(folder.path(), &servers, &[statuses]).await;
        Self { good, hanging, statuses, _nginx: nginx, _folder: folder }
    }
}

/// A tenant, and its subscription whose receiver works.
struct Tenant {
    client: Client,
    good: Subscription,
}

/// Everything; ended when dropped.
pub(super) struct Scene {
    pub(super) sqlite: Node,
    pub(super) nodes: Vec<Node>,
    pub(super) prometheus: Client,
    _prometheus: Prometheus,
    _receivers: Receivers,
    _publishing: JoinSet<()>,
    _folders: [TempDir; 2],
}

/// Name of the job of the two nodes on PostgreSQL.
pub(super) const SHARED: &str = "postrider-shared";

impl Scene {
    pub(super) async fn start() -> Self {
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let receivers = Receivers::start().await;
        let sqlite = Node::start(&Launch::server(folders[0].path())).await;
        let server = Postgres::shared();
        let shared = on_postgres(folders[1].path(), server, &server.database());
        let nodes = vec![Node::start(&shared).await, Node::start(&shared).await];

        let metrics: Vec<SocketAddr> = nodes.iter().map(|node| node.metrics).collect();
        let configuration = configuration(&[("postrider", &[sqlite.metrics]), (SHARED, &metrics)]);
        let rules = crate::support::markdown::text("deploy/prometheus/alerts.yml");
        let files = [("prometheus.yml", configuration.as_str()), ("alerts.yml", rules.as_str())];
        let prometheus = tokio::task::block_in_place(|| Prometheus::start(&files));

        let mut publishing = JoinSet::new();
        for node in [&sqlite, &nodes[0]] {
            let Tenant { client, good } = populate(&node.server, &receivers).await;
            replays(&client, &good).await;
            publishing.spawn(publish(client));
        }
        Self {
            sqlite,
            nodes,
            prometheus: Client::new(prometheus.address(), ""),
            _prometheus: prometheus,
            _receivers: receivers,
            _publishing: publishing,
            _folders: folders,
        }
    }
}

/// Creates subscriptions for which deliveries succeed, fail and wait in every way.
async fn populate(server: &Server, receivers: &Receivers) -> Tenant {
    let client = server.tenant("acme").await;
    let at = |status: u16| format!("http://{}/{status}", receivers.statuses);
    // With this profile and secret retries come after 1, 2 and 4 seconds.
    let retried = |events: &str| json!({ "profile": "tenant", "secret": SECRET, "events": [events] });
    let events = |events: &str| json!({ "events": [events] });

    let good = client.subscribe(&receivers.good.url(), &events("invoice.*")).await;
    client.subscribe(&receivers.hanging.url(), &json!({ "events": ["report.*"], "timeout_seconds": 5 })).await;
    client.subscribe(&at(503), &retried("payment.*")).await;
    // Without a breaker, which would hold the retries back for minutes, its deliveries are abandoned.
    let mut stubborn = retried("customer.*");
    stubborn["circuit_breaker"] = json!({ "enabled": false });
    client.subscribe(&at(429), &stubborn).await;
    client.subscribe(&at(404), &retried("file.*")).await;
    client.subscribe(&at(410), &events("user.*")).await;
    // Nothing listens there, so its circuit breaker opens.
    client.subscribe(&format!("http://{}/", loopback(free_port())), &retried("credit_note.*")).await;
    // The address policy of the server allows loopback alone.
    let private = json!({ "url": "http://10.1.2.3/", "events": ["email.*"] });
    let refused = client.post("/api/v1/webhooks/subscriptions", &private).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let paused = client.subscribe(&receivers.good.url(), &events("export.*")).await;
    client.post(&paused.path("/pause"), &json!({})).await;
    let limited = json!({ "events": ["import.*"], "rate_limit": { "limit": 1, "period": "minute" } });
    client.subscribe(&receivers.good.url(), &limited).await;
    // A tenant over its publish rate.
    let limits = json!({ "limits": { "publish": { "limit": 1, "period": "minute" } } });
    server.operator().put("/api/v1/tenants/limited", &limits).await;
    Tenant { client, good }
}

/// Publishes all kinds of events until it is aborted.
async fn publish(client: Client) {
    let limited = client.in_tenant("limited");
    let types = [
        "invoice.created",
        "invoice.paid",
        "report.generated",
        "payment.failed",
        "customer.updated",
        "file.uploaded",
        "user.created",
        "credit_note.issued",
        "email.sent",
        "export.completed",
        "import.completed",
        "ticket.created",
    ];
    let mut ticks = interval(EVERY);
    for seq in 0.. {
        ticks.tick().await;
        for event_type in types {
            client.try_publish(event_type, seq).await;
        }
        limited.try_publish("invoice.created", seq).await;
        let invalid = json!({ "type": "no spaces allowed", "data": {} });
        let _ = client.try_call(Method::POST, "/api/v1/events", Some(&invalid)).await;
        let in_an_hour = SystemClock.now().after(Duration::from_secs(3_600)).to_millis();
        let later = json!({ "type": "invoice.voided", "data": { "seq": seq }, "deliver_at": in_an_hour });
        if let Ok(delayed) = client.try_call(Method::POST, "/api/v1/events", Some(&later)).await
            && let Some(id) = delayed.body["id"].as_str().filter(|_| seq % 10 == 0)
        {
            let _ = client.try_call(Method::POST, &format!("/api/v1/events/{id}/cancel"), None).await;
        }
    }
}

/// One replay that runs for a long time, and one that is paused.
async fn replays(client: &Client, good: &Subscription) {
    client.publish_batch("invoice.created", 0..1_000).await;
    wait_until("they are delivered", async || client.none("pending").await.then_some(())).await;
    let mut ids: Vec<Value> = Vec::new();
    for _ in 0..2 {
        let job = json!({ "subscription_id": good.id, "statuses": ["success"], "rate": 1 });
        let made = client.post("/api/v1/webhooks/replays", &job).await;
        assert_eq!(made.status, 202, "{}", made.body);
        ids.push(made.body["id"].clone());
    }
    let paused = format!("/api/v1/webhooks/replays/{}/pause", ids[1].as_str().unwrap());
    let answer = client.post(&paused, &json!({})).await;
    assert!(answer.status.is_success(), "{}", answer.body);
}
