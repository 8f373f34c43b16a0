//! A night with faults: a failing receiver, a hanging one, a full disk, a dead node. For each the alert fires, and the
//! section of the runbook that it links to is followed, command by command, until the fault is mended.

use super::{
    runbook::{Operator, values},
    scene::{self, Node},
};
use crate::support::{
    alone, client::Client, disk::Disk, markdown, nginx::Nginx, receiver::Receiver, server::Launch, wait_until,
};
use serde_json::{Value, json};
use std::{collections::HashSet, net::SocketAddr, path::Path};
use testing::{Postgres, Prometheus};

/// Prometheus with the shipped rules, whose alerts fire as soon as their condition holds.
struct Pager {
    client: Client,
    _prometheus: Prometheus,
}

impl Pager {
    fn start(targets: &[SocketAddr]) -> Self {
        let shipped = markdown::text("deploy/prometheus/alerts.yml");
        let rules: Vec<&str> = shipped.lines().filter(|line| !line.trim_start().starts_with("for: ")).collect();
        let configuration = scene::configuration(&[("postrider", targets)]);
        let files = [("prometheus.yml", configuration.as_str()), ("alerts.yml", &rules.join("\n"))];
        let prometheus = tokio::task::block_in_place(|| Prometheus::start(&files));
        Self { client: Client::new(prometheus.address(), ""), _prometheus: prometheus }
    }

    async fn firing(&self, alert: &str) -> Option<Value> {
        let answer = self.client.get("/api/v1/alerts").await;
        let alerts = answer.body["data"]["alerts"].as_array().cloned().unwrap_or_default();
        alerts.into_iter().find(|one| one["labels"]["alertname"] == alert && one["state"] == "firing")
    }

    /// Waits for an alert; returns the section of the runbook that it links to.
    async fn calls<'a>(&self, alert: &'a str) -> &'a str {
        let fired = wait_until(&format!("{alert} fires"), async || self.firing(alert).await).await;
        let link = format!("docs/operations.md#{}", alert.to_lowercase());
        assert_eq!(fired["annotations"]["runbook_url"], link.as_str());
        alert
    }

    /// Waits until Prometheus knows deliveries of an event type: a fault shows as a change of their counters.
    async fn knows(&self, event_type: &str) {
        let path = format!("/api/v1/query?query=webhook_deliveries_total%7Bevent%3D%22{event_type}%22%7D");
        wait_until(&format!("{event_type} is scraped"), async || {
            let answer = self.client.get(&path).await;
            answer.body["data"]["result"].as_array().is_some_and(|found| !found.is_empty()).then_some(())
        })
        .await;
    }

    async fn is_quiet_about(&self, alert: &str) {
        let what = format!("{alert} ends");
        wait_until(&what, async || self.firing(alert).await.is_none().then_some(())).await;
    }
}

/// Fields of a subscription with early retries and the shortest timeout.
fn retried(events: &str) -> Value {
    json!({ "events": [events], "timeout_seconds": 5, "retry": { "schedule": [1, 2, 4] } })
}

fn text(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap_or_else(|| panic!("no {field}: {row}")).to_owned()
}

async fn nothing_waits(client: &Client) {
    wait_until("every delivery has succeeded", async || {
        let mut all = true;
        for status in ["pending", "retrying", "failed"] {
            all &= client.none(status).await;
        }
        all.then_some(())
    })
    .await;
}

async fn a_failing_receiver(node: &Node, pager: &Pager, operator: impl Fn() -> Operator) {
    const EVENTS: u64 = 40;
    let client = node.server.tenant("acme").await;
    let nginx = Nginx::start().await;
    client.subscribe(&nginx.url(), &retried("invoice.*")).await;
    client.publish("invoice.created", 1_000).await;
    pager.knows("invoice.created").await;
    nginx.fail();
    client.publish_batch("invoice.created", 0..EVENTS).await;

    let section = pager.calls("PostriderDeliveryFailures").await;
    let lists = values(&operator().follows(section, "failing", 0, 1).await);
    let [failing] = &lists[0].as_array().unwrap()[..] else { panic!("one subscription needs attention: {lists:?}") };
    let found = || operator().with("ID", &text(failing, "id")).with("TENANT", &text(failing, "tenant_id"));
    let details = found().follows(section, "failing", 1, 1).await;
    assert!(details.contains("HTTP 503"), "{details}");

    nginx.recover();
    let mended = found().follows(section, "failing", 2, 1).await;
    assert!(mended.contains("\"success\":true"), "{mended}");
    nothing_waits(&client).await;
    let delivered: HashSet<String> = nginx.requests(200).into_iter().collect();
    assert!(delivered.len() as u64 > 1 + EVENTS, "all events and the test: {}", delivered.len());
}

async fn a_hanging_receiver(node: &Node, pager: &Pager, operator: impl Fn() -> Operator) {
    const EVENTS: u64 = 30;
    let client = node.server.tenant("globex").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &retried("report.*")).await;
    client.publish("report.generated", 1_000).await;
    pager.knows("report.generated").await;
    receiver.hold();
    client.publish_batch("report.generated", 0..EVENTS).await;

    let section = pager.calls("PostriderSlowDeliveries").await;
    let lists = values(&operator().follows(section, "hanging", 0, 1).await);
    let timed_out = &lists[0].as_array().unwrap()[0];
    let found =
        || operator().with("ID", &text(timed_out, "subscription_id")).with("TENANT", &text(timed_out, "tenant_id"));
    let paused = found().follows(section, "hanging", 1, 1).await;
    assert!(paused.contains("\"is_active\": false"), "{paused}");

    receiver.release();
    found().follows(section, "hanging", 2, 1).await;
    nothing_waits(&client).await;
    assert_eq!(receiver.missing(0..EVENTS), 0);
    found().follows(section, "hanging", 3, 1).await;
}

async fn a_full_disk(node: &Node, pager: &Pager, operator: impl Fn() -> Operator, disk: &Disk) {
    let client = node.server.tenant("acme").await;
    disk.fill();
    // SQLite's log has some free blocks, which are used first.
    let data = json!({ "text": "x".repeat(100_000) });
    wait_until("publishing is refused", async || {
        let event = json!({ "type": "ticket.created", "data": data });
        (client.post("/api/v1/events", &event).await.status == 503).then_some(())
    })
    .await;

    pager.calls("PostriderRefusesEvents").await;
    let section = pager.calls("PostriderJournalFails").await;
    let reason = operator().follows(section, "disk", 0, 1).await;
    assert!(reason.contains("503"), "{reason}");
    let section = pager.calls("PostriderStoreNearlyFull").await;
    let store = disk.path().display().to_string();
    let listed = operator().with("STORE", &store).follows(section, "disk", 0, 1).await;
    // The largest file that is not the store's, in a list that ends with the largest.
    let mut files = listed.lines().filter_map(|line| line.split_once('\t')).map(|(_, path)| path);
    let foreign = |path: &&str| Path::new(path).is_file() && !path.contains("postrider.db");
    let file = files.rfind(foreign).unwrap_or_else(|| panic!("no file to remove: {listed}"));
    let ready = operator().with("FILE", file).follows(section, "disk", 1, 2).await;
    assert!(ready.contains("ready"), "{ready}");
    client.publish("ticket.created", 1).await;
}

/// The three faults of one server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_runbook_mends_a_failing_receiver_a_hanging_one_and_a_full_disk() {
    let _alone = alone().await;
    let disk = Disk::of(64);
    let node = Node::start(&Launch::server(disk.path())).await;
    let pager = Pager::start(&[node.metrics]);
    let home = tempfile::tempdir().unwrap();
    let operator = || Operator::at(&node.server, home.path());
    a_failing_receiver(&node, &pager, operator).await;
    a_hanging_receiver(&node, &pager, operator).await;
    a_full_disk(&node, &pager, operator, &disk).await;
    operator().runs_all("any").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_runbook_mends_a_dead_node() {
    const EVENTS: u64 = 10;
    let _alone = alone().await;
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::shared());
    let database = server.database();
    let launch = scene::on_postgres(folder.path(), server, &database);
    let (dying, survivor) = (Node::start(&launch).await, Node::start(&launch).await);
    let pager = Pager::start(&[dying.metrics, survivor.metrics]);
    let operator = || Operator::at(&survivor.server, folder.path()).with("POSTRIDER_STORE", &server.url(&database));

    let client = dying.server.tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({ "timeout_seconds": 300 })).await;
    receiver.hold();
    for seq in 0..EVENTS {
        client.publish("invoice.created", seq).await;
    }
    wait_until("they are in flight", async || (receiver.distinct() as u64 == EVENTS).then_some(())).await;
    // Prometheus must know both nodes before one of them dies.
    wait_until("both nodes are scraped", async || {
        let up = pager
            .client
            .get("/api/v1/query?query=sum(max_over_time(postrider_nodes%7Bstate%3D%22live%22%7D%5B5m%5D))")
            .await;
        (up.body["data"]["result"][0]["value"][1] == "4").then_some(())
    })
    .await;
    let metrics = dying.metrics;
    dying.server.kill();

    let section = pager.calls("PostriderNodeSilent").await;
    let nodes = values(&operator().follows(section, "node", 0, 1).await);
    assert_eq!(nodes[0].as_array().unwrap().len(), 2, "{nodes:?}");
    let section = pager.calls("PostriderNodeLost").await;
    let lost = operator().follows(section, "node", 0, 1).await;
    assert!(lost.contains("\"state\":\"lost\"") && lost.contains("| lost "), "{lost}");
    receiver.release();

    let replacement = Node::start_at(&launch, metrics).await;
    let listed = operator().follows(section, "node", 1, 1).await;
    assert_eq!(listed.matches("\"state\":\"live\"").count(), 2, "{listed}");
    for alert in ["PostriderNodeSilent", "PostriderNodeLost"] {
        pager.is_quiet_about(alert).await;
    }
    nothing_waits(&client.at(replacement.server.address)).await;
    assert_eq!(receiver.missing(0..EVENTS), 0);
    operator().runs_all("postgres").await;
    operator().runs_all("any").await;
}
