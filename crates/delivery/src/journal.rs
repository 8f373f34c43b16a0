//! The journal: the only writer of events and outcomes. Whatever has gathered while the previous commit was on disk is
//! written in one transaction; batches grow by themselves under load, and nobody waits for a timer.

use crate::{attempt::Outgoing, engine::Engine, target::Target};
use model::DeliveryId;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use storage::{Append, Appended, CommitError, Done, Outcome, StorageError, Write};
use tokio::sync::{mpsc, oneshot};

/// Entries of one batch, at most.
const BATCH: usize = 1_024;
/// Entries waiting, at most; then publishers hear 503.
const CAPACITY: usize = 8_192;
/// Bytes of events waiting, at most, about.
const BYTES: usize = 64 * 1024 * 1024;
/// Between two tries to write outcomes that the store did not take.
const PAUSE: Duration = Duration::from_millis(500);

/// Why an append was not taken or not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    #[error("the journal is full")]
    Full,
    #[error("the journal is closed")]
    Closed,
    #[error("the tenant does not exist")]
    NoTenant,
    #[error("the store did not take it")]
    Store(#[source] Arc<StorageError>),
}

/// Who gets each event of an append, in the order of its events.
pub(crate) type Recipients = Vec<Vec<Arc<Target>>>;

enum Entry {
    Append {
        append: Append,
        recipients: Recipients,
        bytes: usize,
        answer: oneshot::Sender<Answer>,
    },
    Outcome {
        lane: usize,
        outcome: Box<Outcome>,
    },
    Cancel(Write),
    /// Answered when everything before it is durable.
    Flush(oneshot::Sender<()>),
}

type Answer = Result<Vec<Appended>, AppendError>;

/// What a finished batch owes to whom.
enum Debt {
    Append { append: Append, recipients: Recipients, bytes: usize, answer: oneshot::Sender<Answer> },
    Outcome { lane: usize },
    Cancel,
}

/// The sending end.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    entries: mpsc::Sender<Entry>,
    bytes: Arc<AtomicUsize>,
}

/// The writing end.
pub(crate) struct JournalTask {
    entries: mpsc::Receiver<Entry>,
    bytes: Arc<AtomicUsize>,
}

pub(crate) fn journal() -> (Journal, JournalTask) {
    let (sender, receiver) = mpsc::channel(CAPACITY);
    let bytes = Arc::new(AtomicUsize::new(0));
    (Journal { entries: sender, bytes: bytes.clone() }, JournalTask { entries: receiver, bytes })
}

impl Journal {
    /// Returns when the events are durable.
    pub(crate) async fn append(&self, append: Append, recipients: Recipients) -> Answer {
        let size = |new: &storage::NewEvent| new.event.data.len() + new.event.metadata.len() + 512;
        let bytes: usize = append.events.iter().map(size).sum();
        if self.bytes.fetch_add(bytes, Relaxed) > BYTES {
            self.bytes.fetch_sub(bytes, Relaxed);
            return Err(AppendError::Full);
        }
        let (answer, result) = oneshot::channel();
        if let Err(fault) = self.entries.try_send(Entry::Append { append, recipients, bytes, answer }) {
            self.bytes.fetch_sub(bytes, Relaxed);
            return Err(match fault {
                mpsc::error::TrySendError::Full(_) => AppendError::Full,
                mpsc::error::TrySendError::Closed(_) => AppendError::Closed,
            });
        }
        result.await.unwrap_or(Err(AppendError::Closed))
    }

    /// Waits for room: what a receiver has answered is not thrown away.
    pub(crate) async fn outcome(&self, lane: usize, outcome: Box<Outcome>) {
        let _ = self.entries.send(Entry::Outcome { lane, outcome }).await;
    }

    /// Returns when everything sent before is durable.
    pub(crate) async fn flush(&self) {
        let (answer, result) = oneshot::channel();
        if self.entries.send(Entry::Flush(answer)).await.is_ok() {
            let _ = result.await;
        }
    }

    /// Entries waiting to be written.
    pub(crate) fn depth(&self) -> usize {
        self.entries.max_capacity() - self.entries.capacity()
    }

    fn cancel(&self, write: Write) {
        if self.entries.try_send(Entry::Cancel(write)).is_err() {
            tracing::warn!("a delivery of a deleted subscription is left to the next start to cancel");
        }
    }
}

/// A batch on its way into the store.
#[derive(Default)]
struct Batch {
    writes: Vec<Write>,
    debts: Vec<Debt>,
    flushes: Vec<oneshot::Sender<()>>,
}

impl Batch {
    fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Append { append, recipients, bytes, answer } => {
                self.writes.push(Write::Append(append.clone()));
                self.debts.push(Debt::Append { append, recipients, bytes, answer });
            }
            Entry::Outcome { lane, outcome } => {
                self.writes.push(Write::Outcome(outcome));
                self.debts.push(Debt::Outcome { lane });
            }
            Entry::Cancel(write) => {
                self.writes.push(write);
                self.debts.push(Debt::Cancel);
            }
            Entry::Flush(answer) => self.flushes.push(answer),
        }
    }
}

impl JournalTask {
    /// Runs until all senders are gone.
    pub(crate) async fn run(mut self, engine: Arc<Engine>) {
        let mut gathered = Vec::with_capacity(BATCH);
        let mut batch = Batch::default();
        loop {
            // After a failed commit there are outcomes to be tried again: then nothing is waited for.
            if batch.writes.is_empty() {
                if self.entries.recv_many(&mut gathered, BATCH).await == 0 {
                    return;
                }
            } else {
                tokio::time::sleep(PAUSE).await;
                while gathered.len() < BATCH
                    && let Ok(entry) = self.entries.try_recv()
                {
                    gathered.push(entry);
                }
            }
            gathered.drain(..).for_each(|entry| batch.add(entry));
            let (writes, debts) = (std::mem::take(&mut batch.writes), std::mem::take(&mut batch.debts));
            if writes.is_empty() {
                answer_all(&mut batch.flushes);
                continue;
            }
            match engine.store.commit(writes).await {
                Ok((writes, done)) => {
                    self.pay(&engine, writes, debts, done);
                    answer_all(&mut batch.flushes);
                }
                Err(fault) => batch = self.refuse(fault, debts, std::mem::take(&mut batch.flushes)),
            }
        }
    }

    /// Answers everybody: first those who publish, then the lanes.
    fn pay(&self, engine: &Arc<Engine>, writes: Vec<Write>, debts: Vec<Debt>, done: Vec<Done>) {
        let mut offers = Vec::new();
        let mut settled = Vec::new();
        for ((write, debt), done) in writes.into_iter().zip(debts).zip(done) {
            match (debt, write) {
                (Debt::Append { append, recipients, bytes, answer }, _) => {
                    self.bytes.fetch_sub(bytes, Relaxed);
                    let result = match done {
                        Done::Appended(each) => {
                            collect(&append, recipients, &each, &mut offers);
                            Ok(each)
                        }
                        Done::NoTenant | Done::Recorded => Err(AppendError::NoTenant),
                    };
                    let _ = answer.send(result);
                }
                (Debt::Outcome { lane }, Write::Outcome(outcome)) => {
                    if outcome.next.disable_subscription {
                        engine.subscription_gone(&outcome.tenant, outcome.subscription);
                    }
                    settled.push((lane, outcome.delivery, outcome.next.at));
                }
                (Debt::Outcome { .. } | Debt::Cancel, _) => {}
            }
        }
        if !settled.is_empty() {
            engine.work(engine.lanes.settle(settled));
        }
        // A subscription may have been deleted while its delivery was written: then nobody would ever send it.
        offers.retain(|(target, id, _): &(Arc<Target>, DeliveryId, Arc<Outgoing>)| {
            let subscription = &target.subscription;
            let there = engine.index.get(&subscription.tenant, subscription.id).is_some();
            if !there {
                engine.journal.cancel(Write::Cancel { tenant: subscription.tenant.clone(), delivery: *id });
            }
            there
        });
        if !offers.is_empty() {
            engine.work(engine.lanes.offer(offers, &engine.index));
        }
    }

    /// Tells publishers that nothing was written, and keeps what must be written yet.
    fn refuse(&self, fault: CommitError, debts: Vec<Debt>, flushes: Vec<oneshot::Sender<()>>) -> Batch {
        let source = Arc::new(fault.source);
        tracing::error!(error = %source, cause = ?std::error::Error::source(&*source).map(ToString::to_string),
            writes = debts.len(), "a commit failed");
        let mut rest = Batch { flushes, ..Batch::default() };
        let mut writes = fault.batch.into_iter();
        for debt in debts {
            let write = writes.next();
            match (debt, write) {
                (Debt::Append { bytes, answer, .. }, _) => {
                    self.bytes.fetch_sub(bytes, Relaxed);
                    let _ = answer.send(Err(AppendError::Store(source.clone())));
                }
                (debt, Some(write)) => {
                    rest.writes.push(write);
                    rest.debts.push(debt);
                }
                (_, None) => {}
            }
        }
        rest
    }
}

fn collect(
    append: &Append,
    recipients: Recipients,
    each: &[Appended],
    offers: &mut Vec<(Arc<Target>, DeliveryId, Arc<Outgoing>)>,
) {
    for ((new, targets), appended) in append.events.iter().zip(recipients).zip(each) {
        if *appended != Appended::New || targets.is_empty() {
            continue;
        }
        let outgoing = Arc::new(Outgoing::new((*new.event).clone()));
        for (delivery, target) in new.deliveries.iter().zip(targets) {
            offers.push((target, delivery.id, outgoing.clone()));
        }
    }
}

fn answer_all(flushes: &mut Vec<oneshot::Sender<()>>) {
    for answer in flushes.drain(..) {
        let _ = answer.send(());
    }
}
