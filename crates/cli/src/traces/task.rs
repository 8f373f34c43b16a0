//! The task that sends batches of spans. A batch that the collector refuses for now is sent again a few times, while the
//! queue takes further spans.

use super::{
    convert,
    http::{Collector, Refused},
    queue::Queue,
};
use crate::config::TraceSettings;
use delivery::Span;
use opentelemetry_proto::tonic::resource::v1::Resource;
use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc},
    task::JoinHandle,
    time::{sleep, timeout},
};

/// Maximum number of spans in a batch.
const BATCH: usize = 512;
/// Waits before a batch is sent again, unless the collector asks for longer ones.
const WAITS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];
/// Longest wait that a collector can ask for.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// Minimum time between two lines about failures.
const QUIET: Duration = Duration::from_secs(60);

pub(super) struct Task {
    spans: mpsc::Receiver<Span>,
    queue: Arc<Queue>,
    stopping: Arc<Notify>,
    is_stopping: bool,
    collector: Collector,
    resource: Resource,
    delay: Duration,
    failures: Failures,
}

/// Failures since the last line about them.
#[derive(Default)]
struct Failures {
    lost: u64,
    /// Runs for [`QUIET`] after a line.
    quiet: Option<JoinHandle<()>>,
}

impl Task {
    pub(super) fn new(
        settings: &TraceSettings,
        spans: mpsc::Receiver<Span>,
        queue: Arc<Queue>,
        stopping: Arc<Notify>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            spans,
            queue,
            stopping,
            is_stopping: false,
            collector: Collector::new(settings)?,
            resource: convert::resource(&settings.attributes),
            delay: settings.delay,
            failures: Failures::default(),
        })
    }

    pub(super) async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        while !(self.is_stopping && self.spans.is_empty()) {
            self.fill(&mut batch).await;
            if !batch.is_empty() {
                let spans = batch.len() as u64;
                let body = convert::request(&self.resource, batch.drain(..));
                let sent = self.send(body).await;
                self.tell(sent, spans);
            }
        }
    }

    /// Takes spans until the batch is full, its time is over, or the process stops.
    async fn fill(&mut self, batch: &mut Vec<Span>) {
        if self.is_stopping {
            self.spans.recv_many(batch, BATCH).await;
            return;
        }
        let spans = &mut self.spans;
        let filled = async {
            while batch.len() < BATCH {
                let room = BATCH - batch.len();
                if spans.recv_many(batch, room).await == 0 {
                    break;
                }
            }
        };
        tokio::select! {
            _ = timeout(self.delay, filled) => {}
            () = self.stopping.notified() => self.is_stopping = true,
        }
    }

    async fn send(&mut self, body: bytes::Bytes) -> Result<(), String> {
        let mut waits = WAITS.into_iter();
        loop {
            match self.collector.send(body.clone()).await {
                Ok(()) => return Ok(()),
                Err(Refused::Finally(error)) => return Err(error),
                Err(Refused::ForNow { error, after }) => {
                    let wait = waits.next().filter(|_| !self.is_stopping).ok_or(error)?;
                    tokio::select! {
                        () = sleep(wait.max(after.unwrap_or_default()).min(WAIT_MAX)) => {}
                        // One more try at once.
                        () = self.stopping.notified() => self.is_stopping = true,
                    }
                }
            }
        }
    }

    /// Logs lost spans, at most once in [`QUIET`].
    fn tell(&mut self, sent: Result<(), String>, spans: u64) {
        let failures = &mut self.failures;
        let dropped = self.queue.dropped.swap(0, Relaxed);
        failures.lost += dropped + if sent.is_err() { spans } else { 0 };
        let is_quiet = failures.quiet.as_ref().is_some_and(|quiet| !quiet.is_finished());
        match sent {
            Ok(()) if failures.lost > 0 && !is_quiet => {
                tracing::warn!(target: "postrider::traces", spans = failures.lost, "spans were lost: they end faster than they are exported");
                *failures = Failures { lost: 0, quiet: Some(tokio::spawn(sleep(QUIET))) };
            }
            Ok(()) => {}
            Err(error) if !is_quiet => {
                tracing::warn!(target: "postrider::traces", error, spans = failures.lost, "failed to export spans; they are lost");
                *failures = Failures { lost: 0, quiet: Some(tokio::spawn(sleep(QUIET))) };
            }
            Err(_) => {}
        }
    }
}
