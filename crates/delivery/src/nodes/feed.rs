//! Live streams over all nodes: hands what this node commits to the nodes that have readers, and records what the others
//! hand over. While nobody reads on any node, a round is one look at two small tables.

use super::LOOK;
use crate::feed::{Entry, Feed, decode, encode};
use std::{collections::HashMap, sync::Arc};
use storage::{NodeId, Shared, StorageError, Store};

/// Rounds after which all nodes have learned that this node has readers: one of each, and a slow one.
const KNOWN: u32 = 3;

pub(crate) struct FeedExchange {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) feed: Arc<Feed>,
}

/// State of the task between rounds.
#[derive(Default)]
struct Memory {
    /// Number of this node's last packet.
    sent: i64,
    /// The last packet of each other node.
    received: HashMap<NodeId, i64>,
    /// Rounds since this node has readers.
    rounds: u32,
    /// Readers have missed changes of other nodes: those before these knew that they are read here.
    has_gap: bool,
}

impl FeedExchange {
    /// Runs until it is dropped.
    pub(crate) async fn run(self) {
        let Some(shared) = self.store.shared() else { return };
        let (mut memory, mut is_failing) = (Memory::default(), false);
        loop {
            tokio::time::sleep(LOOK).await;
            match self.round(shared, &mut memory).await {
                Ok(()) => is_failing = false,
                Err(fault) => {
                    memory.has_gap = true;
                    if !std::mem::replace(&mut is_failing, true) {
                        tracing::warn!(error = %fault, "failed to exchange changes for live streams with other nodes");
                    }
                }
            }
        }
    }

    async fn round(&self, shared: &dyn Shared, memory: &mut Memory) -> Result<(), StorageError> {
        let (listens, outgoing) = self.feed.exchange();
        if !listens {
            memory.rounds = 0;
            memory.received.clear();
        } else {
            memory.has_gap |= memory.rounds == 0;
            memory.rounds = memory.rounds.saturating_add(1);
        }
        let packet = (!outgoing.is_empty()).then(|| {
            memory.sent += 1;
            (memory.sent, encode(&outgoing))
        });
        let known: Vec<(NodeId, i64)> = memory.received.iter().map(|(node, number)| (*node, *number)).collect();
        let packet = packet.as_ref().map(|(number, bytes)| (*number, bytes.as_slice()));
        let exchanged = shared.exchange_feed(listens, packet, &known).await?;
        self.feed.want(exchanged.is_wanted);
        for packet in exchanged.packets {
            let last = memory.received.insert(packet.node, packet.number);
            // A packet between these two was not read in time.
            memory.has_gap |= last.is_some_and(|last| packet.number != last + 1);
            match decode(&packet.entries) {
                Some(entries) => self.feed.record_here(entries),
                None => memory.has_gap = true,
            }
        }
        if memory.has_gap && memory.rounds > KNOWN {
            memory.has_gap = false;
            self.feed.record_here(vec![Entry::Gap(None)]);
        }
        Ok(())
    }
}
