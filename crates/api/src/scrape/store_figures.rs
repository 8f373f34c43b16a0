//! The figures of the store: each part is read by itself, so that a slow one costs only its own series.

use super::cached::Cached;
use metrics::{Metrics, Scrape, families};
use model::{Clock, Queue, Timestamp};
use std::sync::Arc;
use storage::{NodeState, OpenReplays, PoolUse, StorageError, Store, StoreSize, Waiting};

/// The values that the last reads have found.
#[derive(Debug, Default)]
pub(crate) struct StoreFigures {
    waiting: Cached<Waiting>,
    size: Cached<StoreSize>,
    replays: Cached<OpenReplays>,
    nodes: Cached<Nodes>,
}

/// Numbers of nodes by state.
#[derive(Clone, Copy, Debug, Default)]
struct Nodes {
    live: usize,
    lost: usize,
}

/// The values of one scrape; `None` for a part that could not be read in time.
#[derive(Debug)]
pub(super) struct Found {
    now: Timestamp,
    waiting: Option<Waiting>,
    size: Option<StoreSize>,
    replays: Option<OpenReplays>,
    nodes: Option<Nodes>,
    pools: Vec<PoolUse>,
}

impl StoreFigures {
    /// Reads all parts at the same time. A part that is missing is counted.
    pub(super) async fn read(&self, store: &Arc<dyn Store>, clock: &Arc<dyn Clock>, metrics: &Metrics) -> Found {
        let now = clock.now();
        let of = || store.clone();
        let (waiting, size, replays, nodes) = (of(), of(), of(), of());
        let (waiting, size, replays, nodes) = tokio::join!(
            self.waiting.get(clock, "backlog", async move { waiting.waiting(now).await }),
            self.size.get(clock, "store", async move { size.size().await }),
            self.replays.get(clock, "replays", async move { replays.open_replays().await }),
            self.nodes.get(clock, "nodes", async move { count_nodes(&*nodes).await }),
        );
        let parts = [
            ("backlog", waiting.is_some()),
            ("store", size.is_some()),
            ("replays", replays.is_some()),
            ("nodes", nodes.is_some()),
        ];
        parts.iter().filter(|(_, is_there)| !is_there).for_each(|(part, _)| metrics.scrape_failed(part));
        Found { now, waiting, size, replays, nodes, pools: store.pools() }
    }
}

async fn count_nodes(store: &dyn Store) -> Result<Nodes, StorageError> {
    let Some(shared) = store.shared() else { return Ok(Nodes { live: 1, lost: 0 }) };
    let nodes = shared.nodes().await?;
    let count = |state| nodes.iter().filter(|node| node.state == state).count();
    Ok(Nodes { live: count(NodeState::Live), lost: count(NodeState::Lost) })
}

impl Found {
    pub(super) fn set(&self, scrape: &Scrape<'_>) {
        if let Some(waiting) = &self.waiting {
            for queue in Queue::ALL {
                scrape.set(&families::WAITING, &[queue.name()], waiting.in_queue(queue) as f64);
            }
            let age = waiting.oldest_due.map_or(0.0, |due| self.now.since(due).as_secs_f64());
            scrape.set(&families::OLDEST_DUE, &[], age);
        }
        if let Some(size) = &self.size {
            scrape.set(&families::STORE_SIZE, &["database"], size.database as f64);
            if let Some(log) = size.log {
                scrape.set(&families::STORE_SIZE, &["log"], log as f64);
            }
            if let Some(free) = size.free {
                scrape.set(&families::STORE_FREE, &[], free as f64);
            }
        }
        if let Some(replays) = &self.replays {
            scrape.set(&families::REPLAYS, &["running"], replays.running as f64);
            scrape.set(&families::REPLAYS, &["paused"], replays.paused as f64);
        }
        if let Some(nodes) = &self.nodes {
            scrape.set(&families::NODES, &["live"], nodes.live as f64);
            scrape.set(&families::NODES, &["lost"], nodes.lost as f64);
        }
        for one in &self.pools {
            for (state, number) in [("idle", one.idle), ("in_use", one.in_use), ("max", one.max)] {
                scrape.set(&families::CONNECTIONS, &[one.pool, state], number as f64);
            }
        }
    }
}
