//! Publishers at full speed, and what was acknowledged to them.

use super::{client::Client, wait_until};
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};
use tokio::{sync::watch, task::JoinSet};

/// An event whose 202 arrived.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) seq: u64,
    pub(crate) id: String,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    total: u64,
    next: AtomicU64,
    acknowledged: Mutex<Vec<Acknowledged>>,
    /// Where the server is, while it runs.
    server: watch::Sender<Option<SocketAddr>>,
}

/// A number of publishers who share the seqs from 0 to a total. One whose event was not acknowledged does not try it
/// again: it goes on with the next, when a server is there.
#[derive(Debug)]
pub(crate) struct Load {
    shared: Arc<Shared>,
    publishers: JoinSet<()>,
}

impl Load {
    pub(crate) fn start(client: &Client, server: SocketAddr, total: u64, publishers: usize) -> Self {
        let shared = Arc::new(Shared {
            client: client.clone(),
            total,
            next: AtomicU64::new(0),
            acknowledged: Mutex::default(),
            server: watch::Sender::new(Some(server)),
        });
        let publishers = (0..publishers).map(|_| publish(shared.clone())).collect();
        Self { shared, publishers }
    }

    /// The publishers wait for the next server.
    pub(crate) fn server_is_gone(&self) {
        self.shared.server.send_replace(None);
    }

    pub(crate) fn server_is_at(&self, address: SocketAddr) {
        self.shared.server.send_replace(Some(address));
    }

    /// Returns when so many are acknowledged.
    pub(crate) async fn reached(&self, count: usize) {
        wait_until("so many events are acknowledged", async || {
            (self.shared.acknowledged.lock().unwrap().len() >= count).then_some(())
        })
        .await;
    }

    /// All that was acknowledged, in that order, up to now.
    pub(crate) fn acknowledged(&self) -> Vec<Acknowledged> {
        self.shared.acknowledged.lock().unwrap().clone()
    }

    /// Seqs that publishers took up.
    pub(crate) fn offered(&self) -> u64 {
        self.shared.next.load(Relaxed).min(self.shared.total)
    }

    /// Returns when all publishers are through.
    pub(crate) async fn finished(&mut self) {
        while let Some(done) = self.publishers.join_next().await {
            done.unwrap();
        }
    }
}

async fn publish(shared: Arc<Shared>) {
    let mut server = shared.server.subscribe();
    loop {
        let Some(address) = *server.wait_for(Option::is_some).await.unwrap() else { continue };
        let seq = shared.next.fetch_add(1, Relaxed);
        if seq >= shared.total {
            return;
        }
        if let Some(id) = shared.client.at(address).try_publish("invoice.created", seq).await {
            shared.acknowledged.lock().unwrap().push(Acknowledged { seq, id });
        }
    }
}
