//! A receiver on loopback with planned responses that records its requests.

use axum::{Router, body::Body, extract::Request, response::Response};
use bytes::Bytes;
use http_body_util::BodyExt;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// A URL without a listener: connections are refused.
pub(crate) const NOBODY: &str = "http://127.0.0.1:1/hook";

/// A planned response.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    held: bool,
}

pub(crate) fn reply(status: u16) -> Reply {
    Reply { status, ..Reply::default() }
}

impl Reply {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, text: &str) -> Self {
        self.body = text.to_owned();
        self
    }

    /// Sent only after [`Receiver::release`].
    pub(crate) fn held(mut self) -> Self {
        self.held = true;
        self
    }
}

/// A recorded request.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) method: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) at: Instant,
}

impl Got {
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.find(name).unwrap_or_else(|| panic!("there is no {name} in {:?}", self.headers))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A receiver that stops when dropped.
pub(crate) struct Receiver {
    address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    count: watch::Receiver<usize>,
    released: watch::Sender<bool>,
    task: JoinHandle<()>,
}

struct Desk {
    plan: Vec<Reply>,
    got: Arc<Mutex<Vec<Got>>>,
    count: watch::Sender<usize>,
    released: watch::Receiver<bool>,
}

impl Receiver {
    /// A receiver that responds with 200.
    pub(crate) async fn start() -> Self {
        Self::answering(vec![reply(200)]).await
    }

    /// A receiver with planned responses; the last one is repeated.
    pub(crate) async fn answering(plan: Vec<Reply>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let got = Arc::new(Mutex::new(Vec::new()));
        let (count, counted) = watch::channel(0);
        let (released, release) = watch::channel(false);
        let desk = Arc::new(Desk { plan, got: got.clone(), count, released: release });
        let router = Router::new().fallback(move |request| receive(desk.clone(), request));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, got, count: counted, released, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Waits for the `n`th request, counted from 1.
    pub(crate) async fn got(&self, n: usize) -> Got {
        let mut count = self.count.clone();
        let came = tokio::time::timeout(Duration::from_secs(30), count.wait_for(|count| *count >= n)).await;
        assert!(came.is_ok(), "timed out waiting for request {n}; {} arrived", self.count());
        self.got.lock().unwrap()[n - 1].clone()
    }

    /// Number of requests so far.
    pub(crate) fn count(&self) -> usize {
        self.got.lock().unwrap().len()
    }

    /// Sends all held responses, and holds none from now on.
    pub(crate) fn release(&self) {
        self.released.send_replace(true);
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn receive(desk: Arc<Desk>, request: Request) -> Response {
    #[expect(clippy::disallowed_methods, reason = "only measures how long a retry waits")]
    let at = Instant::now();
    let (parts, body) = request.into_parts();
    let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let (method, headers) = (parts.method.to_string(), headers.collect());
    let got = Got { method, headers, body: body.collect().await.unwrap().to_bytes(), at };
    let place = {
        let mut all = desk.got.lock().unwrap();
        all.push(got);
        all.len()
    };
    let reply = desk.plan[(place - 1).min(desk.plan.len() - 1)].clone();
    desk.count.send_replace(place);
    if reply.held {
        // When the client disconnects, this future is dropped here.
        let _ = desk.released.clone().wait_for(|released| *released).await;
    }
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(*name, value);
    }
    response.body(Body::from(reply.body)).unwrap()
}
