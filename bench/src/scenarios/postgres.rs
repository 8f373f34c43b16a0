//! PostgreSQL with fsync on the same machine: one node, and how throughput changes with more nodes. Server, database,
//! load and receiver share the processors, so more nodes show the cost of a node for the database, not the gain of more
//! machines.

use crate::{
    context::Context,
    load::{
        Plan, Target,
        template::{Template, event},
    },
    report::outcome::{Outcome, Row, Target as Goal},
    rig::{BYTES, CONNECTIONS, Measured, Rig, TYPE, ratio},
    server::{Server, TENANT},
};
use std::time::Duration;
use tempfile::TempDir;
use testing::{Options, Postgres};

const SECONDS: f64 = 8.0;
const NODES: usize = 3;

/// Settings that an operator would choose on a machine of this size; a commit returns after its fsync.
fn database() -> Postgres {
    Postgres::start(
        Options::durable()
            .with("shared_buffers", "1GB")
            .with("max_wal_size", "8GB")
            .with("checkpoint_timeout", "15min")
            .with("max_connections", "100"),
    )
}

struct Nodes {
    servers: Vec<Server>,
    _folders: Vec<TempDir>,
}

impl Nodes {
    async fn start(context: &Context, url: &str, count: usize) -> anyhow::Result<Self> {
        let (mut servers, mut folders) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let folder = context.folder()?;
            servers.push(Server::start_on(context, folder.path(), url).await?);
            folders.push(folder);
        }
        Ok(Self { servers, _folders: folders })
    }

    fn targets(&self) -> anyhow::Result<Vec<Target>> {
        let target = |server: &Server| server.target(TENANT, Template::one(&event(TYPE, "", BYTES)));
        self.servers.iter().map(target).collect()
    }

    async fn stop(self) -> anyhow::Result<()> {
        for server in self.servers {
            server.stop().await?;
        }
        Ok(())
    }
}

/// Measures `count` nodes, each with a part of the connections.
async fn measure(rig: &Rig<'_>, count: usize) -> anyhow::Result<Measured> {
    let database = database();
    let nodes = Nodes::start(rig.context, &database.url(&database.database()), count).await?;
    nodes.servers[0].subscribe(TENANT, &rig.receiver.url("/one"), TYPE).await?;
    // Wait until the other nodes know the subscription.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut targets = nodes.targets()?;
    let mut plan = Plan::closed(targets.remove(0), CONNECTIONS, rig.context.seconds(SECONDS));
    plan.targets.extend(targets);
    let measured = rig.measure(plan, "/one", 1).await?;
    nodes.stop().await?;
    Ok(measured)
}

pub(super) async fn end_to_end(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let before = rig.relay(BYTES).await?;
    let ours = measure(&rig, 1).await?;
    let after = rig.relay(BYTES).await?;
    let mut outcome = Outcome::of("64 connections, closed loop, 300-byte events, PostgreSQL with fsync");
    outcome.setting("connections", CONNECTIONS as f64);
    outcome.setting("event_bytes", BYTES as f64);
    let share = ratio(ours.per_s, &[before, after]);
    outcome.row(Row::new("throughput / relay", "", share).goal(Goal::at_least(0.15)));
    outcome.row(Row::new("deliveries", "/s", ours.per_s));
    outcome.row(Row::new("relay before", "/s", before));
    outcome.row(Row::new("relay after", "/s", after));
    outcome.latency("acknowledgement", &ours.load.latency(), &[]);
    outcome.latency("end to end", &ours.arrived.latency, &[]);
    Ok(outcome)
}

pub(super) async fn nodes(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let mut outcome = Outcome::of("64 connections in turn over the nodes, 300-byte events, PostgreSQL with fsync");
    for count in 1..=NODES {
        let before = rig.relay(BYTES).await?;
        let ours = measure(&rig, count).await?;
        let after = rig.relay(BYTES).await?;
        let name = |what: &str| format!("{what}, {count} node{}", if count == 1 { "" } else { "s" });
        outcome.row(Row::new(&name("throughput / relay"), "", ratio(ours.per_s, &[before, after])));
        outcome.row(Row::new(&name("deliveries"), "/s", ours.per_s));
        outcome.latency(&name("acknowledgement"), &ours.load.latency(), &[]);
    }
    Ok(outcome)
}
