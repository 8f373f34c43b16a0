//! A rate limit and a cap on concurrent requests hold over all nodes.

use super::{Database, note, shown};
use crate::support::{alone, loopback, receiver, wait_until};
use axum::{Router, extract::State};
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use testing::Postgres;
use tokio::{net::TcpListener, task::JoinHandle};

const LIMIT: usize = 50;
const BURST: usize = 5;

/// Arrivals of requests, and requests in flight.
#[derive(Debug, Default)]
struct Seen {
    arrived: Vec<Instant>,
    in_flight: usize,
    most_in_flight: usize,
}

/// A receiver that notes when requests arrive, and answers each after `took`.
struct Meter {
    url: String,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn receive(State((seen, took)): State<(Arc<Mutex<Seen>>, Duration)>) {
    {
        let mut seen = seen.lock().unwrap();
        #[allow(clippy::disallowed_methods, reason = "measures a rate")]
        seen.arrived.push(Instant::now());
        seen.in_flight += 1;
        seen.most_in_flight = seen.most_in_flight.max(seen.in_flight);
    }
    tokio::time::sleep(took).await;
    seen.lock().unwrap().in_flight -= 1;
}

impl Meter {
    async fn start(took: Duration) -> Self {
        let listener = TcpListener::bind(loopback(0)).await.unwrap();
        let url = receiver::url(listener.local_addr().unwrap());
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let router = Router::new().fallback(receive).with_state((seen.clone(), took));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, seen, task }
    }

    fn count(&self) -> usize {
        self.seen.lock().unwrap().arrived.len()
    }

    async fn has(&self, count: usize) {
        wait_until("requests have arrived", async || (self.count() >= count).then_some(())).await;
    }

    /// Requests per second from the arrival of number `from` to that of number `to`.
    fn rate(&self, from: usize, to: usize) -> f64 {
        let arrived = &self.seen.lock().unwrap().arrived;
        (to - from) as f64 / (arrived[to - 1] - arrived[from - 1]).as_secs_f64()
    }

    /// The largest number of requests in a second.
    fn most_in_a_second(&self) -> usize {
        let arrived = &self.seen.lock().unwrap().arrived;
        let second =
            |at: usize| arrived[at..].iter().take_while(|one| **one - arrived[at] < Duration::from_secs(1)).count();
        (0..arrived.len()).map(second).max().unwrap_or(0)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rate_limit_holds_over_all_nodes_and_is_used_whole() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let mut nodes = database.nodes(2).await;
    let client = nodes[0].tenant("acme").await;
    let other = client.at(nodes[1].address);
    let meter = Meter::start(Duration::ZERO).await;
    let limit = json!({ "rate_limit": { "limit": LIMIT, "period": "second", "burst": BURST } });
    client.subscribe(&meter.url, &limit).await;
    tokio::time::sleep(Duration::from_secs(1)).await;

    // Through both nodes, with a backlog on each.
    client.publish_batch("invoice.created", 0..250).await;
    other.publish_batch("invoice.created", 250..500).await;
    meter.has(500).await;
    let both = meter.rate(150, 450);
    // Through one node.
    client.publish_batch("invoice.created", 500..900).await;
    meter.has(900).await;
    let one = meter.rate(650, 900);

    // A killed node keeps its part until its lease ends; then the other one has the whole limit and its deliveries.
    client.publish_batch("invoice.created", 900..1_200).await;
    other.publish_batch("invoice.created", 1_200..1_500).await;
    meter.has(1_000).await;
    nodes.remove(1).kill();
    wait_until("the node is lost", async || {
        shown(&nodes[0]).await.iter().any(|node| node["state"] == "lost").then_some(())
    })
    .await;
    let lost = meter.count();
    meter.has(1_500).await;
    let after = meter.rate(lost + 60, 1_500);

    let most = meter.most_in_a_second();
    note(&format!(
        "rate limit of {LIMIT}/s on two nodes: {both:.1}/s through both, {one:.1}/s through one, {after:.1}/s after \
         kill -9 of the other, at most {most} in a second"
    ));
    // Beside limit and burst, one for each node, and some whose arrivals are late.
    assert!(most <= LIMIT + BURST + 2 + 5, "{most} in a second");
    for rate in [both, one, after] {
        assert!((47.5..=52.5).contains(&rate), "{rate}/s");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cap_on_concurrent_requests_holds_over_all_nodes() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let nodes = database.nodes(2).await;
    let client = nodes[0].tenant("acme").await;
    for (cap, events) in [(4_usize, 200), (1, 20)] {
        let meter = Meter::start(Duration::from_millis(100)).await;
        let subscription = client.subscribe(&meter.url, &json!({ "max_in_flight": cap })).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        client.publish_batch("invoice.created", 0..events / 2).await;
        client.at(nodes[1].address).publish_batch("invoice.created", events / 2..events).await;
        meter.has(events as usize).await;
        assert_eq!(meter.seen.lock().unwrap().most_in_flight, cap);
        client.post(&subscription.path("/pause"), &json!({})).await;
    }
}
