//! Load generator: publishes over many connections, as fast as responses arrive (closed loop) or at a given rate (open
//! loop).
//!
//! In an open loop, a request's latency is measured from its scheduled time, even if its connection was busy then;
//! otherwise a server that stalls would get fewer requests and look fast (coordinated omission).

pub(crate) mod template;

use crate::{
    http_client::{Client, client, read},
    report::{
        outcome::{Row, Target as Goal},
        percentile::Percentiles,
    },
    time::{now_us, seconds_between},
};
use anyhow::{Context, ensure};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Uri};
use http_body_util::Full;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use template::Template;
use tokio::task::JoinSet;

/// Address, headers and body of the requests.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) url: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) template: Template,
}

#[derive(Clone)]
pub(crate) enum Until {
    /// Ends after this many requests.
    Count(u64),
    Seconds(f64),
    /// Ends when the flag is set.
    Told(Arc<AtomicBool>),
}

#[derive(Clone)]
pub(crate) struct Plan {
    /// Used in turn.
    pub(crate) targets: Vec<Target>,
    pub(crate) until: Until,
    pub(crate) connections: u64,
    /// Requests per second; as fast as possible when `None`.
    pub(crate) rate: Option<f64>,
    /// Number of the first event.
    pub(crate) first_seq: u64,
    /// Counts failures instead of ending the run with an error.
    pub(crate) may_fail: bool,
}

impl Plan {
    pub(crate) fn closed(target: Target, connections: u64, seconds: f64) -> Self {
        let until = Until::Seconds(seconds);
        Self { targets: vec![target], until, connections, rate: None, first_seq: 0, may_fail: false }
    }

    pub(crate) fn open(targets: Vec<Target>, rate: f64, seconds: f64) -> Self {
        let until = Until::Seconds(seconds);
        Self { targets, until, connections: 64, rate: Some(rate), first_seq: 0, may_fail: false }
    }

    pub(crate) fn until(mut self, until: Until) -> Self {
        self.until = until;
        self
    }

    /// Counts failures.
    pub(crate) fn may_fail(mut self) -> Self {
        self.may_fail = true;
        self
    }

    pub(crate) fn first_seq(mut self, seq: u64) -> Self {
        self.first_seq = seq;
        self
    }
}

/// An acknowledged request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ack {
    pub(crate) took_us: u32,
    /// Number of its first event.
    pub(crate) seq: u64,
}

/// Result of a load.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) began_us: u64,
    pub(crate) ended_us: u64,
    pub(crate) acks: Vec<Ack>,
    /// Number of acknowledged events.
    pub(crate) events: u64,
    pub(crate) failed: u64,
    first_fault: Option<String>,
}

impl Done {
    /// The number of failed requests, with the first error.
    pub(crate) fn refused(&self) -> Row {
        let fault = self.first_fault.as_deref().unwrap_or_default();
        // The status and the beginning of the response are enough.
        let short: String = fault.chars().take(60).collect();
        Row::new("not acknowledged", "requests", self.failed as f64).goal(Goal::at_most(0.0)).note(&short)
    }

    pub(crate) fn latency(&self) -> Percentiles {
        Percentiles::of(self.acks.iter().map(|ack| ack.took_us))
    }

    /// Acknowledged events per second.
    pub(crate) fn events_per_s(&self) -> f64 {
        self.events as f64 / seconds_between(self.began_us, self.ended_us).max(1e-6)
    }
}

struct Shared {
    plan: Plan,
    client: Client,
    next: AtomicU64,
    start: Instant,
}

/// Tokio's timers fire up to a millisecond late, and later on a busy machine. A delay of up to this is the load
/// generator's own and not counted; a longer one is counted, because then the machine is saturated.
const TICK: Duration = Duration::from_millis(2);

/// Runs a load; returns when the last response has arrived.
pub(crate) async fn run(plan: Plan) -> anyhow::Result<Done> {
    let connections = plan.connections;
    let may_fail = plan.may_fail;
    let client = client(connections as usize);
    let shared = Arc::new(Shared { plan, client, next: AtomicU64::new(0), start: Instant::now() });
    let began_us = now_us();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(connection(shared.clone()));
    }
    let mut all = Done { began_us, ..Done::default() };
    while let Some(done) = tasks.join_next().await {
        let done = done.context("a connection's task failed")?;
        all.acks.extend(done.acks);
        all.events += done.events;
        all.failed += done.failed;
        all.first_fault = all.first_fault.or(done.first_fault);
    }
    all.ended_us = now_us();
    ensure!(may_fail || all.failed == 0, "{} requests failed, the first: {:?}", all.failed, all.first_fault);
    Ok(all)
}

impl Shared {
    /// The next request's number and scheduled time; `None` after the last request.
    fn take(&self) -> Option<(u64, Option<Instant>)> {
        let number = self.next.fetch_add(1, Relaxed);
        let due = self.plan.rate.map(|rate| Duration::from_secs_f64(number as f64 / rate));
        let goes_on = match &self.plan.until {
            Until::Count(count) => number < *count,
            Until::Seconds(seconds) => due.unwrap_or_else(|| self.start.elapsed()).as_secs_f64() < *seconds,
            Until::Told(told) => !told.load(Relaxed),
        };
        goes_on.then(|| (number, due.map(|due| self.start + due)))
    }
}

async fn connection(shared: Arc<Shared>) -> Done {
    let mut done = Done::default();
    while let Some((number, due)) = shared.take() {
        let target = &shared.plan.targets[number as usize % shared.plan.targets.len()];
        let began_us = begin(due).await;
        let seq = shared.plan.first_seq + number * target.template.events;
        match send(&shared.client, target, seq, began_us).await {
            Ok(()) => {
                let took_us = u32::try_from(now_us().saturating_sub(began_us)).unwrap_or(u32::MAX);
                done.acks.push(Ack { took_us, seq });
                done.events += target.template.events;
            }
            Err(fault) => {
                done.failed += 1;
                done.first_fault.get_or_insert_with(|| format!("{fault:#}"));
                // The server is down: an immediate retry would only use its processor time.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    done
}

/// Waits until the request is due; returns the time from which its latency counts.
async fn begin(due: Option<Instant>) -> u64 {
    let Some(due) = due else { return now_us() };
    let waited = due > Instant::now();
    tokio::time::sleep_until(due.into()).await;
    let late = due.elapsed();
    if waited && late < TICK { now_us() } else { now_us().saturating_sub(late.as_micros() as u64) }
}

async fn send(client: &Client, target: &Target, seq: u64, sent_us: u64) -> anyhow::Result<()> {
    let mut request = Request::new(Full::new(Bytes::from(target.template.fill(seq, sent_us))));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = target.url.clone();
    *request.headers_mut() = target.headers.clone();
    let (status, body) = read(client.request(request).await?).await?;
    ensure!((200..300).contains(&status), "{status} {}", String::from_utf8_lossy(&body[..body.len().min(300)]));
    Ok(())
}
