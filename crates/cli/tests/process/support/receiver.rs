//! A receiver on loopback that keeps a ledger by the events' `seq`, and can hold its responses.

use super::loopback;
use axum::{Router, body::Bytes, extract::State, response::IntoResponse};
use http::StatusCode;
use serde::Deserialize;
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Instant,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// A signing secret for profiles that generate none.
pub(crate) const SECRET: &str = "the-signing-secret-of-the-tests";

/// Counts of requests and responses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    /// Number of arrivals of each `seq`.
    pub(crate) arrived: HashMap<u64, u32>,
    /// Number of responses.
    pub(crate) answered: usize,
    /// Times of all arrivals, in their order.
    pub(crate) times: Vec<Instant>,
    /// Requests without a response, and their maximum so far.
    pub(crate) open: usize,
    pub(crate) most_open: usize,
}

impl Ledger {
    /// Arrivals beyond the first of each `seq`.
    pub(crate) fn repeats(&self) -> usize {
        self.arrived.values().map(|times| *times as usize - 1).sum()
    }
}

/// Mode of the receiver: responds at once, or holds its responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Answers,
    Holds,
}

#[derive(Clone)]
struct Desk {
    ledger: Arc<Mutex<Ledger>>,
    manner: watch::Receiver<Manner>,
}

/// A receiver that stops when dropped.
#[derive(Debug)]
pub(crate) struct Receiver {
    address: SocketAddr,
    ledger: Arc<Mutex<Ledger>>,
    manner: watch::Sender<Manner>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Responds with 200 until it is told to hold.
    pub(crate) async fn start() -> Self {
        Self::start_at(loopback(0)).await
    }

    pub(crate) async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let manner = watch::Sender::new(Manner::Answers);
        let desk = Desk { ledger: ledger.clone(), manner: manner.subscribe() };
        let router = Router::new().fallback(receive).with_state(desk);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, ledger, manner, task }
    }

    pub(crate) fn url(&self) -> String {
        url(self.address)
    }

    /// Holds all responses from now on.
    pub(crate) fn hold(&self) {
        self.manner.send_replace(Manner::Holds);
    }

    /// Sends all held responses, and responds at once from now on.
    pub(crate) fn release(&self) {
        self.manner.send_replace(Manner::Answers);
    }

    pub(crate) fn ledger(&self) -> Ledger {
        self.ledger.lock().unwrap().clone()
    }

    /// Number of distinct events that arrived.
    pub(crate) fn distinct(&self) -> usize {
        self.ledger.lock().unwrap().arrived.len()
    }

    /// Number of responses.
    pub(crate) fn answered(&self) -> usize {
        self.ledger.lock().unwrap().answered
    }

    /// Number of these `seqs` that have not arrived.
    pub(crate) fn missing(&self, seqs: impl IntoIterator<Item = u64>) -> usize {
        let ledger = self.ledger.lock().unwrap();
        seqs.into_iter().filter(|seq| !ledger.arrived.contains_key(seq)).count()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The URL of a receiver at `address`.
pub(crate) fn url(address: SocketAddr) -> String {
    format!("http://{address}/webhooks")
}

#[derive(Deserialize)]
struct Body {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    seq: u64,
}

/// A request without a response; dropped with the response, or when the client has disconnected.
struct Open(Arc<Mutex<Ledger>>);

impl Open {
    #[allow(clippy::disallowed_methods, reason = "measures the rate of arrivals")]
    fn new(ledger: &Arc<Mutex<Ledger>>, seq: u64) -> Self {
        let mut kept = ledger.lock().unwrap();
        *kept.arrived.entry(seq).or_default() += 1;
        kept.times.push(Instant::now());
        kept.open += 1;
        kept.most_open = kept.most_open.max(kept.open);
        Self(ledger.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.lock().unwrap().open -= 1;
    }
}

async fn receive(State(desk): State<Desk>, body: Bytes) -> impl IntoResponse {
    let Ok(Body { data: Data { seq } }) = serde_json::from_slice(&body) else { return StatusCode::BAD_REQUEST };
    let _open = Open::new(&desk.ledger, seq);
    let mut manner = desk.manner.clone();
    // When the client disconnects, this future is dropped here.
    let _ = manner.wait_for(|manner| *manner == Manner::Answers).await;
    desk.ledger.lock().unwrap().answered += 1;
    StatusCode::OK
}
