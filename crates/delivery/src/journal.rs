//! The journal: the only writer of events and outcomes (group commit). All entries that arrived during the previous commit
//! are written in one transaction, so batches grow with the load, without a timer.

mod entry;
mod waiting;

use crate::{numbers::LaneNumber, outgoing::Offer};
use entry::{Answer, Entry};
pub(crate) use entry::{AppendError, Recipients};
use futures_util::stream::{FuturesOrdered, StreamExt};
use model::{Clock, DeliveryId, SubscriptionId, TenantId, Timestamp, delivery::Next};
use parking_lot::Mutex;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use storage::{Append, Appended, CommitError, Done, Outcome, Source, Store, Write};
use tokio::sync::{Notify, Semaphore, SemaphorePermit, TryAcquireError, oneshot};
use waiting::{Size, Waiting};

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

/// A delivery whose attempt is over for this process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settled {
    pub(crate) lane: LaneNumber,
    pub(crate) delivery: DeliveryId,
    pub(crate) after: After,
}

/// The state of a delivery in the store after its attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// It has ended, or was never stored.
    Ended,
    /// Its next attempt is due at this time.
    RetryAt(Timestamp),
    /// The outcome was not recorded, since this node did not own the delivery. It may own it again: a node that was
    /// declared lost takes part in the take-over of its own deliveries.
    NotRecorded,
}

/// Receives what the journal has committed. Called on the journal's task, in the order of the commits: it must not wait.
pub(crate) trait CommitSink: Send + Sync {
    /// The receiver answered 410 Gone, and the subscription is disabled.
    fn gone(&self, tenant: &TenantId, subscription: SubscriptionId);

    /// Outcomes of attempts are durable.
    fn settled(&self, settled: Vec<Settled>);

    /// New events are durable, and these are their deliveries.
    fn appended(&self, offers: Vec<Offer>);

    /// A commit failed, and the store may have carried it out all the same.
    fn unsure(&self);
}

/// An entry of a batch that is being committed: who waits for its result.
enum Debt {
    Append { append: Append, recipients: Recipients, bytes: usize, answer: oneshot::Sender<Answer> },
    Outcome { lane: LaneNumber },
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
}

impl Queue {
    fn push(&self, entry: Entry, permit: SemaphorePermit<'_>) {
        permit.forget();
        self.waiting.lock().push(entry);
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

pub(crate) fn journal() -> (Journal, JournalTask) {
    let queue = Arc::new(Queue {
        waiting: Mutex::default(),
        arrived: Notify::new(),
        room: Semaphore::new(CAPACITY),
        room_of_rest: Semaphore::new(OUTCOMES),
        bytes: AtomicUsize::new(0),
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
        result.await.unwrap_or(Err(AppendError::Closed))
    }

    /// Records an outcome. Waits for room: an answer of a receiver is not thrown away.
    pub(crate) async fn outcome(&self, lane: LaneNumber, outcome: Box<Outcome>) {
        if let Ok(permit) = self.0.room_of_rest.acquire().await {
            self.0.push(Entry::Outcome { lane, outcome }, permit);
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
            let mut waiting = self.queue.waiting.lock();
            waiting.asked = false;
            let (entries, appends, rest, size) = waiting.take();
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
                Entry::Outcome { lane, outcome } => {
                    writes.push(Write::Outcome(outcome));
                    debts.push(Debt::Outcome { lane });
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
            if under_way.len() < AHEAD && self.must_ask() {
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
                                self.0.waiting.lock().learn(clock.now().since(at), size);
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

    /// Answers publishers first, then tells the sink.
    fn pay(&self, sink: &dyn CommitSink, writes: Vec<Write>, debts: Vec<Debt>, done: Vec<Done>) {
        let mut offers = Vec::new();
        let mut settled = Vec::new();
        for ((write, debt), done) in writes.into_iter().zip(debts).zip(done) {
            match (debt, write) {
                (Debt::Append { append, recipients, bytes, answer }, _) => {
                    self.0.bytes.fetch_sub(bytes, Relaxed);
                    let result = match done {
                        Done::Appended(each) => {
                            for ((new, targets), appended) in append.events.iter().zip(recipients).zip(&each) {
                                if *appended == Appended::New {
                                    Offer::extend(&mut offers, new, targets);
                                }
                            }
                            Ok(each)
                        }
                        Done::NoTenant | Done::Recorded | Done::Taken => Err(AppendError::NoTenant),
                    };
                    let _ = answer.send(result);
                }
                (Debt::Outcome { lane }, Write::Outcome(outcome)) if done == Done::Taken => {
                    tracing::warn!(delivery = %outcome.delivery, "outcome not recorded: another node has taken the delivery over");
                    settled.push(Settled { lane, delivery: outcome.delivery, after: After::NotRecorded });
                }
                (Debt::Outcome { lane }, Write::Outcome(outcome)) => {
                    if outcome.next == Next::Gone {
                        sink.gone(&outcome.tenant, outcome.subscription);
                    }
                    let after = outcome.next.retry_at().map_or(After::Ended, After::RetryAt);
                    settled.push(Settled { lane, delivery: outcome.delivery, after });
                }
                (Debt::Outcome { .. } | Debt::Cancel, _) => {}
            }
        }
        if !settled.is_empty() {
            sink.settled(settled);
        }
        if !offers.is_empty() {
            sink.appended(offers);
        }
    }

    /// Tells publishers that their events were not written, and puts outcomes and cancellations back.
    fn refuse(&self, fault: CommitError, debts: Vec<Debt>, flushes: Vec<oneshot::Sender<()>>) {
        let source = Arc::new(fault.source);
        tracing::error!(error = %source, cause = ?std::error::Error::source(&*source).map(ToString::to_string),
            writes = debts.len(), "a commit failed");
        let mut rest = Vec::new();
        for (debt, write) in debts.into_iter().zip(fault.batch) {
            match (debt, write) {
                (Debt::Append { bytes, answer, .. }, _) => {
                    self.0.bytes.fetch_sub(bytes, Relaxed);
                    let _ = answer.send(Err(AppendError::Store(source.clone())));
                }
                (Debt::Outcome { lane }, Write::Outcome(outcome)) => rest.push(Entry::Outcome { lane, outcome }),
                (Debt::Cancel, write) => rest.push(Entry::Cancel(write)),
                (Debt::Outcome { .. }, _) => {}
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
