//! A receiver that checks the order of events with `data.key` and `data.seq`, and refuses some of them.

use super::{loopback, wait_until};
use axum::{Json, Router, extract::State};
use http::StatusCode;
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// A request as it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) seq: u64,
    pub(crate) accepted: bool,
}

#[derive(Default)]
struct Kept {
    /// By key, in the order of arrival.
    seen: BTreeMap<String, Vec<Seen>>,
    in_flight: HashMap<String, usize>,
    /// Keys with two requests at a time.
    overlapped: Vec<String>,
    /// One of this number of requests is refused; 0: none.
    refuses_one_of: usize,
    refuses: Vec<String>,
    count: usize,
}

/// A receiver that stops when dropped.
pub(crate) struct Orderly {
    url: String,
    kept: Arc<Mutex<Kept>>,
    task: JoinHandle<()>,
}

impl Orderly {
    /// Refuses one of `refuses_one_of` requests.
    pub(crate) async fn start(refuses_one_of: usize) -> Self {
        let listener = TcpListener::bind(loopback(0)).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let kept = Arc::new(Mutex::new(Kept { refuses_one_of, ..Kept::default() }));
        let router = Router::new().fallback(receive).with_state(kept.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, kept, task }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Refuses all events with these keys.
    pub(crate) fn refuse(&self, keys: &[&str]) {
        self.kept.lock().unwrap().refuses = keys.iter().map(|&key| key.to_owned()).collect();
    }

    /// The sequence numbers of accepted events with this key, without immediate repetitions.
    pub(crate) fn accepted(&self, key: &str) -> Vec<u64> {
        let kept = self.kept.lock().unwrap();
        let seen = kept.seen.get(key).into_iter().flatten();
        let mut all: Vec<u64> = seen.filter(|one| one.accepted).map(|one| one.seq).collect();
        all.dedup();
        all
    }

    /// Number of accepted requests.
    pub(crate) fn count(&self) -> usize {
        self.kept.lock().unwrap().seen.values().flatten().filter(|one| one.accepted).count()
    }

    /// Waits until events up to this number have been accepted for each of these keys, and checks their order: one at a
    /// time, each again until it is accepted. Only the last accepted one may be repeated, after a crash.
    pub(crate) async fn all_in_order(&self, keys: &[&str], count: u64) {
        wait_until("all events have been accepted", async || {
            keys.iter().all(|key| self.accepted(key).len() as u64 >= count).then_some(())
        })
        .await;
        let kept = self.kept.lock().unwrap();
        assert_eq!(kept.overlapped, Vec::<String>::new(), "one request at a time");
        for key in keys {
            let (seen, mut next) = (&kept.seen[*key], 0);
            for (place, one) in seen.iter().enumerate() {
                let may_be = one.seq == next || (next > 0 && one.seq == next - 1);
                assert!(may_be, "{key}: {one:?} at {place}, but {next} is next: {seen:?}");
                if one.accepted && one.seq == next {
                    next += 1;
                }
            }
            assert_eq!(next, count, "{key}: {seen:?}");
        }
    }
}

impl Drop for Orderly {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request that is answered; its connection may end before that, with a process that is killed.
struct UnderWay {
    kept: Arc<Mutex<Kept>>,
    key: String,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(count) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).in_flight.get_mut(&self.key) {
            *count -= 1;
        }
    }
}

async fn receive(State(kept): State<Arc<Mutex<Kept>>>, Json(event): Json<Value>) -> StatusCode {
    let data = event.get("data").unwrap_or(&event);
    let key = data["key"].as_str().unwrap_or_default().to_owned();
    let seq = data["seq"].as_u64().unwrap();
    let accepted = {
        let mut kept = kept.lock().unwrap();
        kept.count += 1;
        let in_flight = kept.in_flight.entry(key.clone()).or_default();
        *in_flight += 1;
        if *in_flight > 1 {
            kept.overlapped.push(key.clone());
        }
        let by_count = kept.refuses_one_of > 0 && kept.count.is_multiple_of(kept.refuses_one_of);
        let accepted = !by_count && !kept.refuses.contains(&key);
        kept.seen.entry(key.clone()).or_default().push(Seen { seq, accepted });
        accepted
    };
    let _under_way = UnderWay { kept, key };
    // Long enough for another one to overlap.
    tokio::time::sleep(Duration::from_millis(3)).await;
    if accepted { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}
