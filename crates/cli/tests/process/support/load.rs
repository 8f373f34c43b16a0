//! Publishers at full speed, and their acknowledged events.

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
    total: AtomicU64,
    next: AtomicU64,
    acknowledged: Mutex<Vec<Acknowledged>>,
    /// Address of the server, while it runs.
    server: watch::Sender<Option<SocketAddr>>,
}

/// Publishers that share the seqs from 0 to a total, or to the one at which they are stopped. A publisher does not retry an event without acknowledgement: it
/// continues with the next one when a server is available.
#[derive(Debug)]
pub(crate) struct Load {
    shared: Arc<Shared>,
    publishers: JoinSet<()>,
}

impl Load {
    pub(crate) fn start(client: &Client, server: SocketAddr, total: u64, publishers: usize) -> Self {
        let shared = Arc::new(Shared {
            client: client.clone(),
            total: AtomicU64::new(total),
            next: AtomicU64::new(0),
            acknowledged: Mutex::default(),
            server: watch::Sender::new(Some(server)),
        });
        let publishers = (0..publishers).map(|_| publish(shared.clone())).collect();
        Self { shared, publishers }
    }

    /// Makes the publishers wait for the next server.
    pub(crate) fn server_is_gone(&self) {
        self.shared.server.send_replace(None);
    }

    pub(crate) fn server_is_at(&self, address: SocketAddr) {
        self.shared.server.send_replace(Some(address));
    }

    /// Returns when this many events are acknowledged.
    pub(crate) async fn reached(&self, count: usize) {
        wait_until("enough events are acknowledged", async || {
            (self.shared.acknowledged.lock().unwrap().len() >= count).then_some(())
        })
        .await;
    }

    /// All events acknowledged so far, in order.
    pub(crate) fn acknowledged(&self) -> Vec<Acknowledged> {
        self.shared.acknowledged.lock().unwrap().clone()
    }

    /// Number of seqs that publishers have started.
    pub(crate) fn offered(&self) -> u64 {
        self.shared.next.load(Relaxed).min(self.shared.total.load(Relaxed))
    }

    /// Publishes no further event. Returns the number of published ones.
    pub(crate) async fn stop(&mut self) -> u64 {
        // A publisher that took a seq before may publish it: those from here on are not published.
        let total = self.shared.next.fetch_add(0, Relaxed);
        self.shared.total.fetch_min(total, Relaxed);
        self.finished().await;
        self.offered()
    }

    /// Returns when all publishers are done.
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
        if seq >= shared.total.load(Relaxed) {
            return;
        }
        if let Some(id) = shared.client.at(address).try_publish("invoice.created", seq).await {
            shared.acknowledged.lock().unwrap().push(Acknowledged { seq, id });
        }
    }
}
