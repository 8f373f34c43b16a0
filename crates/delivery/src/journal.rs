//! The journal: the only writer of events and outcomes (group commit). All entries that arrived during the previous commit
//! are written in one transaction, so batches grow with the load, without a timer.

mod entry;
mod payment;
mod sink;
mod tally;
mod waiting;

use crate::{
    background::Background,
    contention::Contention,
    feed::{Feed, Subject},
    numbers::LaneNumber,
    steady::uptime,
};
use entry::{Answer, Entry};
pub(crate) use entry::{AppendError, Recipients};
use futures_util::stream::{FuturesOrdered, StreamExt};
use metrics::Metrics;
use model::{Clock, Timestamp};
use parking_lot::Mutex;
pub(crate) use sink::{After, CommitSink, Settled};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use storage::{Append, CommitError, Done, Ending, Outcome, Source, Store, Write};
pub(crate) use tally::Tally;
use tokio::sync::{Notify, Semaphore, SemaphorePermit, TryAcquireError, oneshot};
use waiting::{Sharing, Size, Waiting};

/// Maximum number of waiting appends. Beyond it publishers get 503.
const CAPACITY: usize = 8_192;
/// Maximum number of waiting outcomes. Beyond it their senders wait, and keep the room of their requests.
const OUTCOMES: usize = 2_048;
/// Approximate maximum of bytes of waiting events.
const BYTES: usize = 64 * 1024 * 1024;
/// Concurrent commits: one on disk, and one that takes the next batch as soon as the store is ready.
const AHEAD: usize = 2;
/// Pause after a failed commit.
const PAUSE: Duration = Duration::from_millis(500);

/// An entry of a batch that is being committed: who waits for its result.
enum Debt {
    Append {
        append: Append,
        recipients: Recipients,
        bytes: usize,
        answer: oneshot::Sender<Answer>,
    },
    /// With the recipients of the events that the outcome raises.
    Outcome {
        lane: LaneNumber,
        recipients: Vec<Recipients>,
        tally: Tally,
        subject: Subject,
    },
    Cancel,
}

struct Queue {
    waiting: Mutex<Waiting>,
    /// Notified when an entry arrives.
    arrived: Notify,
    /// A permit for each append that fits; closed when the journal's task has ended.
    room: Semaphore,
    /// Permits for all other entries, so that a storm of outcomes refuses no publisher.
    room_of_rest: Semaphore,
    bytes: AtomicUsize,
    contention: Arc<Contention>,
    background: Arc<Background>,
    metrics: Arc<Metrics>,
    feed: Arc<Feed>,
}

impl Queue {
    fn sharing(&self) -> Sharing {
        match (self.background.is_limited(), self.contention.is_on()) {
            (true, _) => Sharing::BesideBackground,
            (false, true) => Sharing::Several,
            (false, false) => Sharing::Alone,
        }
    }

    fn push(&self, entry: Entry, permit: SemaphorePermit<'_>) {
        permit.forget();
        self.waiting.lock().push(entry, uptime());
        self.arrived.notify_one();
    }
}

/// The journal's sending end.
#[derive(Clone)]
pub(crate) struct Journal(Arc<Queue>);

/// The journal's writing end: a task.
pub(crate) struct JournalTask(Arc<Queue>);

impl Drop for JournalTask {
    fn drop(&mut self) {
        self.0.room.close();
        self.0.room_of_rest.close();
        // Drops the waiting entries, so their senders get `Closed`.
        *self.0.waiting.lock() = Waiting::default();
    }
}

pub(crate) fn journal(
    contention: Arc<Contention>,
    background: Arc<Background>,
    metrics: Arc<Metrics>,
    feed: Arc<Feed>,
) -> (Journal, JournalTask) {
    let queue = Arc::new(Queue {
        waiting: Mutex::default(),
        arrived: Notify::new(),
        room: Semaphore::new(CAPACITY),
        room_of_rest: Semaphore::new(OUTCOMES),
        bytes: AtomicUsize::new(0),
        contention,
        background,
        metrics,
        feed,
    });
    (Journal(queue.clone()), JournalTask(queue))
}

impl Journal {
    /// Returns when the events are durable.
    pub(crate) async fn append(&self, append: Append, recipients: Recipients) -> Answer {
        let size = |new: &storage::NewEvent| new.event.data.len() + new.event.metadata.len() + 512;
        let bytes: usize = append.events.iter().map(size).sum();
        if self.0.bytes.fetch_add(bytes, Relaxed) > BYTES {
            self.0.bytes.fetch_sub(bytes, Relaxed);
            return Err(AppendError::Full);
        }
        self.0.contention.published(&append.tenant);
        let watched = if append.events.len() == 1 { self.0.background.watch() } else { None };
        let (answer, result) = oneshot::channel();
        match self.0.room.try_acquire() {
            Ok(permit) => self.0.push(Entry::Append { append, recipients, bytes, answer }, permit),
            Err(fault) => {
                self.0.bytes.fetch_sub(bytes, Relaxed);
                return Err(match fault {
                    TryAcquireError::NoPermits => AppendError::Full,
                    TryAcquireError::Closed => AppendError::Closed,
                });
            }
        }
        let result = result.await.unwrap_or(Err(AppendError::Closed));
        self.0.background.waited(watched);
        result
    }

    /// Records an outcome and the events that it raises, which go to `recipients`; counts `tally` when it is durable. Waits
    /// for room: an answer of a receiver is not thrown away.
    pub(crate) async fn outcome(
        &self,
        lane: LaneNumber,
        outcome: Box<Outcome>,
        recipients: Vec<Recipients>,
        tally: Tally,
        subject: Subject,
    ) {
        self.settle(Entry::Outcome { lane, write: Write::Outcome(outcome), recipients, tally, subject }).await;
    }

    /// Records the end of a delivery without an attempt, and the events that it raises.
    pub(crate) async fn end(
        &self,
        lane: LaneNumber,
        ending: Box<Ending>,
        recipients: Vec<Recipients>,
        tally: Tally,
        subject: Subject,
    ) {
        self.settle(Entry::Outcome { lane, write: Write::End(ending), recipients, tally, subject }).await;
    }

    async fn settle(&self, entry: Entry) {
        if let Ok(permit) = self.0.room_of_rest.acquire().await {
            self.0.push(entry, permit);
        }
    }

    /// Returns when everything sent before is durable.
    pub(crate) async fn flush(&self) {
        let (answer, result) = oneshot::channel();
        if let Ok(permit) = self.0.room_of_rest.acquire().await {
            self.0.push(Entry::Flush(answer), permit);
            let _ = result.await;
        }
    }

    /// Number of entries that wait to be written.
    pub(crate) fn depth(&self) -> usize {
        self.0.waiting.lock().len()
    }

    /// False when the journal's task has ended.
    pub(crate) fn runs(&self) -> bool {
        !self.0.room.is_closed()
    }

    pub(crate) fn cancel(&self, write: Write) {
        match self.0.room_of_rest.try_acquire() {
            Ok(permit) => self.0.push(Entry::Cancel(write), permit),
            Err(_) => tracing::warn!("a delivery of a deleted subscription is left to the next start to cancel"),
        }
    }
}

/// A batch: filled with the waiting entries at the moment at which the store takes it.
struct Batch {
    queue: Arc<Queue>,
    debts: Mutex<(Vec<Debt>, Vec<oneshot::Sender<()>>)>,
    clock: Arc<dyn Clock>,
    taken: Mutex<Option<(Timestamp, Size)>>,
}

impl Source for Batch {
    fn take(&self) -> Vec<Write> {
        let entries: Vec<Entry> = {
            let sharing = self.queue.sharing();
            let mut waiting = self.queue.waiting.lock();
            waiting.asked = false;
            let (entries, appends, rest, size) = waiting.take(sharing);
            *self.taken.lock() = Some((self.clock.now(), size));
            self.queue.room.add_permits(appends);
            self.queue.room_of_rest.add_permits(rest);
            if !waiting.is_empty() {
                // The rest goes into the next batch.
                self.queue.arrived.notify_one();
            }
            entries
        };
        let mut writes = Vec::with_capacity(entries.len());
        let (debts, flushes) = &mut *self.debts.lock();
        for entry in entries {
            match entry {
                Entry::Append { append, recipients, bytes, answer } => {
                    writes.push(Write::Append(append.clone()));
                    debts.push(Debt::Append { append, recipients, bytes, answer });
                }
                Entry::Outcome { lane, write, recipients, tally, subject } => {
                    writes.push(write);
                    debts.push(Debt::Outcome { lane, recipients, tally, subject });
                }
                Entry::Cancel(write) => {
                    writes.push(write);
                    debts.push(Debt::Cancel);
                }
                Entry::Flush(answer) => flushes.push(answer),
            }
        }
        writes
    }
}

type Written = (Arc<Batch>, Result<(Vec<Write>, Vec<Done>), CommitError>);

async fn commit(store: Arc<dyn Store>, batch: Arc<Batch>) -> Written {
    let written = store.commit_from(batch.clone()).await;
    (batch, written)
}

impl JournalTask {
    /// Runs until it is dropped. While one batch is committed, the next commit is started already.
    pub(crate) async fn run(self, store: Arc<dyn Store>, clock: Arc<dyn Clock>, sink: Arc<dyn CommitSink>) {
        let mut under_way = FuturesOrdered::new();
        loop {
            let linger = self.0.waiting.lock().linger(self.0.sharing(), uptime()).unwrap_or_default();
            if under_way.len() < AHEAD && linger.is_zero() && self.must_ask() {
                let (queue, clock) = (self.0.clone(), clock.clone());
                let batch = Arc::new(Batch { queue, debts: Mutex::default(), clock, taken: Mutex::default() });
                under_way.push_back(commit(store.clone(), batch));
            }
            tokio::select! {
                Some((batch, written)) = under_way.next(), if !under_way.is_empty() => {
                    let (debts, flushes) = std::mem::take(&mut *batch.debts.lock());
                    match written {
                        Ok((writes, done)) => {
                            if let Some((at, size)) = *batch.taken.lock() {
                                let (took, sharing) = (clock.now().since(at), self.0.sharing());
                                self.0.waiting.lock().learn(took, size, sharing);
                                if !writes.is_empty() {
                                    self.0.metrics.engine.committed(writes.len(), took);
                                }
                            }
                            self.pay(&*sink, writes, debts, done);
                            for answer in flushes {
                                let _ = answer.send(());
                            }
                        }
                        Err(fault) => {
                            self.refuse(fault, debts, flushes);
                            sink.unsure();
                            tokio::time::sleep(PAUSE).await;
                        }
                    }
                }
                () = self.0.arrived.notified() => {}
                () = tokio::time::sleep(linger), if !linger.is_zero() && under_way.len() < AHEAD => {}
            }
        }
    }

    /// True if entries wait and no started commit will take them.
    fn must_ask(&self) -> bool {
        let mut waiting = self.0.waiting.lock();
        let must = !waiting.asked && !waiting.is_empty();
        waiting.asked |= must;
        must
    }

    /// Tells publishers that their events were not written, and puts outcomes and cancellations back.
    fn refuse(&self, fault: CommitError, debts: Vec<Debt>, flushes: Vec<oneshot::Sender<()>>) {
        let source = Arc::new(fault.source);
        self.0.metrics.engine.journal_failed.inc();
        tracing::error!(error = %source, cause = ?std::error::Error::source(&*source).map(ToString::to_string),
            writes = debts.len(), "a commit failed");
        let mut rest = Vec::new();
        for (debt, write) in debts.into_iter().zip(fault.batch) {
            match (debt, write) {
                (Debt::Append { bytes, answer, .. }, _) => {
                    self.0.bytes.fetch_sub(bytes, Relaxed);
                    let _ = answer.send(Err(AppendError::Store(source.clone())));
                }
                (Debt::Outcome { lane, recipients, tally, subject }, write) => {
                    rest.push(Entry::Outcome { lane, write, recipients, tally, subject });
                }
                (Debt::Cancel, write) => rest.push(Entry::Cancel(write)),
            }
        }
        rest.extend(flushes.into_iter().map(Entry::Flush));
        let mut waiting = self.0.waiting.lock();
        // The failed commit may not have taken a batch; another must be started.
        waiting.asked = false;
        waiting.put_back += rest.len();
        for entry in rest.into_iter().rev() {
            waiting.rest.push_front(entry);
        }
    }
}
