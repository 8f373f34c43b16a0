//! A receiver on loopback that keeps each request as it arrived.

use crate::support::{loopback, wait_until};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, Uri, header::AUTHORIZATION};
use std::sync::{Arc, Mutex};
use tokio::{net::TcpListener, task::JoinHandle};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    pub(super) method: Method,
    /// Path and query.
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Recorded {
    #[track_caller]
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|fault| panic!("{fault}: {:?}", self.body))
    }

    /// The value of a header, empty when it is absent.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// How the receiver answers.
#[derive(Clone, Debug, Default)]
pub(super) enum Manner {
    #[default]
    Accepts,
    Status(u16),
    /// 401 unless `Authorization` has this value.
    Wants(String),
    /// 200 with the challenge of a verification, as text or as a field of an object.
    Repeats {
        as_json: bool,
    },
    Hangs,
    /// 413 for an array of more than this number of elements.
    AtMost(usize),
    /// 200 with this body.
    Says(String),
}

#[derive(Default)]
struct Kept {
    requests: Vec<Recorded>,
    manner: Manner,
}

/// A receiver that stops when dropped.
pub(super) struct Recorder {
    base: String,
    kept: Arc<Mutex<Kept>>,
    task: JoinHandle<()>,
}

impl Recorder {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind(loopback(0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let kept = Arc::new(Mutex::new(Kept::default()));
        let router = Router::new().fallback(receive).with_state(kept.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, kept, task }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(super) fn answers(&self, manner: Manner) {
        self.kept.lock().unwrap().manner = manner;
    }

    pub(super) fn requests(&self) -> Vec<Recorded> {
        self.kept.lock().unwrap().requests.clone()
    }

    /// The requests, as soon as there are this many.
    pub(super) async fn wait(&self, count: usize) -> Vec<Recorded> {
        wait_until(&format!("{count} requests arrived"), async || {
            let requests = self.requests();
            (requests.len() >= count).then_some(requests)
        })
        .await
    }

    /// The last request, as soon as there are this many.
    pub(super) async fn nth(&self, count: usize) -> Recorded {
        self.wait(count).await[count - 1].clone()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn receive(
    State(kept): State<Arc<Mutex<Kept>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = uri.path_and_query().unwrap().to_string();
    let request = Recorded { method, target, headers, body };
    let manner = {
        let mut kept = kept.lock().unwrap();
        kept.requests.push(request.clone());
        kept.manner.clone()
    };
    match manner {
        Manner::Accepts => StatusCode::OK.into_response(),
        Manner::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Manner::Wants(value) => {
            let fits = request.headers.get(AUTHORIZATION).is_some_and(|given| *given == *value);
            if fits { StatusCode::OK } else { StatusCode::UNAUTHORIZED }.into_response()
        }
        Manner::Repeats { as_json } => {
            let body = request.json();
            // The profile `tenant` has the payload alone.
            let challenge = body.pointer("/data/challenge").or_else(|| body.get("challenge")).unwrap();
            match as_json {
                true => serde_json::json!({ "challenge": challenge }).to_string().into_response(),
                false => challenge.as_str().unwrap().to_owned().into_response(),
            }
        }
        Manner::AtMost(most) => {
            let is_large = request.json().as_array().is_some_and(|events| events.len() > most);
            if is_large { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::OK }.into_response()
        }
        Manner::Says(body) => body.into_response(),
        Manner::Hangs => std::future::pending().await,
    }
}
