//! Several nodes on one PostgreSQL, under load and with faults: every acknowledged event is delivered. Each test prints
//! its ledger.

pub(crate) mod clocks;
mod copy;
mod database;
mod delayed;
mod egress;
mod faults;
mod history;
mod limits;
mod names;
mod operational;
mod order;
mod outbox;
mod pause;
mod places;
mod protection;
mod replays;
mod roles;
mod stream;
mod upgrade;

use crate::support::{
    client::Client,
    receiver::Receiver,
    server::{Launch, Server},
    wait_until,
};
use serde_json::{Value, json};
use std::{
    fs::OpenOptions,
    io::Write,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tempfile::TempDir;
use testing::Postgres;
use tokio::task::JoinSet;

pub(crate) const MASTER_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const PUBLISHERS: usize = 12;

/// A database, and everything needed to start nodes on it.
struct Database {
    name: String,
    url: String,
    folder: TempDir,
}

impl Database {
    fn on(server: &Postgres) -> Self {
        let name = server.database();
        Self { url: server.url(&name), name, folder: tempfile::tempdir().unwrap() }
    }

    fn launch(&self) -> Launch {
        self.launch_at(&self.url)
    }

    fn launch_at(&self, url: &str) -> Launch {
        Launch::server(self.folder.path())
            .env("POSTRIDER_STORE", url)
            .env("POSTRIDER_MASTER_KEY", MASTER_KEY)
            .env("POSTRIDER_SHUTDOWN_SECONDS", "10")
    }

    async fn nodes(&self, count: usize) -> Vec<Server> {
        let mut nodes = Vec::new();
        for _ in 0..count {
            nodes.push(self.launch().start().await);
        }
        nodes
    }
}

/// Publishers that publish continuously, on any available node, until they are stopped.
struct Traffic {
    shared: Arc<Shared>,
    publishers: JoinSet<()>,
}

struct Shared {
    client: Client,
    nodes: Mutex<Vec<SocketAddr>>,
    next: AtomicU64,
    acknowledged: Mutex<Vec<u64>>,
    stopped: AtomicBool,
}

impl Traffic {
    fn start(client: &Client, nodes: &[Server]) -> Self {
        let shared = Arc::new(Shared {
            client: client.clone(),
            nodes: Mutex::new(nodes.iter().map(|node| node.address).collect()),
            next: AtomicU64::new(0),
            acknowledged: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let publishers = (0..PUBLISHERS).map(|first| publish(shared.clone(), first)).collect();
        Self { shared, publishers }
    }

    fn acknowledged(&self) -> usize {
        self.shared.acknowledged.lock().unwrap().len()
    }

    /// Returns when this many more events are acknowledged.
    async fn more(&self, count: usize) {
        let wanted = self.acknowledged() + count;
        wait_until("more events are acknowledged", async || (self.acknowledged() >= wanted).then_some(())).await;
    }

    fn node_is_at(&self, address: SocketAddr) {
        self.shared.nodes.lock().unwrap().push(address);
    }

    /// Stops publishing, waits until all acknowledged events have arrived and no delivery waits, and prints the ledger.
    async fn settle(mut self, fault: &str, receiver: &Receiver, client: &Client) {
        self.shared.stopped.store(true, Relaxed);
        while let Some(done) = self.publishers.join_next().await {
            done.unwrap();
        }
        let acknowledged = self.shared.acknowledged.lock().unwrap().clone();
        wait_until("every acknowledged event has arrived", async || {
            (receiver.missing(acknowledged.iter().copied()) == 0).then_some(())
        })
        .await;
        wait_until("no delivery waits", async || {
            (client.none("pending").await && client.none("retrying").await).then_some(())
        })
        .await;
        let ledger = receiver.ledger();
        note(&format!(
            "{fault}: {} acknowledged, {} delivered, {} repeated, {} delivered without an acknowledgement, 0 lost",
            acknowledged.len(),
            ledger.arrived.len(),
            ledger.repeats(),
            ledger.arrived.len() - acknowledged.len()
        ));
    }
}

/// Prints a line of the ledger, and keeps it for the summary of `cargo xtask test`.
fn note(line: &str) {
    println!("ledger: {line}");
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/ledgers.txt");
    let mut file = OpenOptions::new().create(true).append(true).open(file).unwrap();
    writeln!(file, "{line}").unwrap();
}

async fn publish(shared: Arc<Shared>, first: usize) {
    let mut turn = first;
    while !shared.stopped.load(Relaxed) {
        let address = {
            let nodes = shared.nodes.lock().unwrap();
            nodes[turn % nodes.len()]
        };
        let seq = shared.next.fetch_add(1, Relaxed);
        let client = shared.client.at(address);
        // A hanging request is given up, as clients do; its event may have been published.
        let try_it = client.try_publish("invoice.created", seq);
        match tokio::time::timeout(Duration::from_secs(3), try_it).await {
            Ok(Some(_)) => shared.acknowledged.lock().unwrap().push(seq),
            Ok(None) | Err(_) => {
                turn += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// The nodes, as listed by one of them.
async fn shown(node: &Server) -> Vec<Value> {
    let answer = node.operator().get("/api/v1/nodes").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body.as_array().unwrap().clone()
}

async fn count_in_state(node: &Server, state: &str) -> usize {
    shown(node).await.iter().filter(|one| one["state"] == state).count()
}

/// Three nodes under load on the server that all tests share, with a tenant and a receiver.
struct Scene {
    database: Database,
    nodes: Vec<Server>,
    receiver: Receiver,
    client: Client,
    traffic: Traffic,
}

impl Scene {
    async fn start(server: &Postgres) -> Self {
        let database = Database::on(server);
        let nodes = database.nodes(3).await;
        let receiver = Receiver::start().await;
        let client = nodes[0].tenant("acme").await;
        client.subscribe(&receiver.url(), &json!({})).await;
        // Wait until all nodes know the subscription.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let traffic = Traffic::start(&client, &nodes);
        traffic.more(300).await;
        Self { database, nodes, receiver, client, traffic }
    }

    /// Ends the load; `survivor` is the index of a node that answers.
    async fn settle(self, fault: &str, survivor: usize) {
        let client = self.client.at(self.nodes[survivor].address);
        self.traffic.settle(fault, &self.receiver, &client).await;
    }
}
