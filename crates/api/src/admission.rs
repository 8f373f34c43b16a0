//! Admission of batches by share: while several tenants publish, few bytes of batches are processed (parsed, validated,
//! matched, committed) at the same time, and tenants take turns. So a flood of batches neither fills the journal nor keeps
//! all threads busy, and an event of a quiet tenant waits for one batch and not for all. Single events need no turn.

use delivery::{Background, Contention};
use model::TenantId;
use parking_lot::Mutex;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use tokio::sync::oneshot;

/// Bytes of batches that are processed at the same time during contention: about 150 small events.
const AT_ONCE: usize = 64 * 1024;

#[derive(Debug)]
pub(crate) struct Admission {
    contention: Arc<Contention>,
    background: Arc<Background>,
    queue: Mutex<Queue>,
}

#[derive(Debug)]
struct Queue {
    /// Bytes that may be processed beside those that are.
    free: usize,
    /// Tenants with waiting batches, in the order of their turns.
    turns: VecDeque<TenantId>,
    waiting: HashMap<TenantId, VecDeque<Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    bytes: usize,
    granted: oneshot::Sender<Turn>,
}

/// Guard of a batch that is processed.
#[derive(Debug, Default)]
pub(crate) struct Turn(Option<(Arc<Admission>, usize)>);

impl Admission {
    pub(crate) fn new(contention: Arc<Contention>, background: Arc<Background>) -> Arc<Self> {
        let queue = Queue { free: AT_ONCE, turns: VecDeque::new(), waiting: HashMap::new() };
        Arc::new(Self { contention, background, queue: Mutex::new(queue) })
    }

    /// Waits for the tenant's turn to process a batch of this size; without contention there is nothing to wait for.
    pub(crate) async fn turn(self: &Arc<Self>, tenant: &TenantId, bytes: usize) -> Turn {
        if !self.contention.is_on() {
            return Turn::default();
        }
        self.background.pace(tenant, bytes).await;
        // A batch that is larger than all of it takes all of it.
        let bytes = bytes.min(AT_ONCE);
        let (granted, turn) = oneshot::channel();
        self.queue.lock().push(tenant, Waiting { bytes, granted });
        self.grant();
        // The sender is dropped only with the queue, which this borrows.
        turn.await.unwrap_or_default()
    }

    /// Gives turns to the next tenants, as long as their batches fit.
    fn grant(self: &Arc<Self>) {
        loop {
            let Some(Waiting { bytes, granted }) = self.queue.lock().next() else { return };
            if let Err(mut turn) = granted.send(Turn(Some((self.clone(), bytes)))) {
                // The client hung up. The guard must not grant turns once more: this loop does.
                turn.0 = None;
                self.queue.lock().free += bytes;
            }
        }
    }
}

impl Queue {
    fn push(&mut self, tenant: &TenantId, batch: Waiting) {
        match self.waiting.get_mut(tenant) {
            Some(waiting) => waiting.push_back(batch),
            None => {
                self.waiting.insert(tenant.clone(), VecDeque::from([batch]));
                self.turns.push_back(tenant.clone());
            }
        }
    }

    /// The next batch, if it fits.
    fn next(&mut self) -> Option<Waiting> {
        let waiting = self.waiting.get_mut(self.turns.front()?)?;
        if waiting.front()?.bytes > self.free {
            return None;
        }
        let next = waiting.pop_front()?;
        self.free -= next.bytes;
        let is_last = waiting.is_empty();
        let tenant = self.turns.pop_front()?;
        if is_last {
            self.waiting.remove(&tenant);
        } else {
            self.turns.push_back(tenant);
        }
        Some(next)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some((admission, bytes)) = self.0.take() {
            admission.queue.lock().free += bytes;
            admission.grant();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{FutureExt, future::BoxFuture};

    fn contended() -> Arc<Admission> {
        let contention = Arc::new(Contention::default());
        contention.force();
        Admission::new(contention, Arc::default())
    }

    /// Asks for a turn with this share of all bytes, in percent; `None` while it waits.
    fn ask<'a>(admission: &'a Arc<Admission>, name: &str, percent: usize) -> (Option<Turn>, BoxFuture<'a, Turn>) {
        let tenant = TenantId::trusted(name);
        let mut turn = async move { admission.turn(&tenant, AT_ONCE * percent / 100).await }.boxed();
        match (&mut turn).now_or_never() {
            Some(granted) => (Some(granted), std::future::pending().boxed()),
            None => (None, turn),
        }
    }

    #[test]
    fn without_contention_nobody_waits() {
        let admission = Admission::new(Arc::default(), Arc::default());
        let turns: Vec<_> = (0..10).map(|_| ask(&admission, "a", 100).0).collect();
        assert!(turns.iter().all(Option::is_some));
    }

    #[test]
    fn tenants_take_turns_however_many_batches_each_has() {
        let admission = contended();
        let (first, _) = ask(&admission, "flood", 100);
        let mut floods: Vec<_> = (0..3).map(|_| ask(&admission, "flood", 100).1).collect();
        let (none, mut quiet) = ask(&admission, "quiet", 10);
        assert!(none.is_none());
        drop(first);
        let second = (&mut floods[0]).now_or_never().expect("the flood was first in line");
        assert!((&mut quiet).now_or_never().is_none());
        drop(second);
        assert!((&mut quiet).now_or_never().is_some(), "then the quiet tenant, not the rest of the flood");
    }

    #[test]
    fn small_batches_are_processed_side_by_side() {
        let admission = contended();
        let turns: Vec<_> = (0..5).map(|number| ask(&admission, &format!("tenant-{number}"), 20).0).collect();
        assert!(turns.iter().all(Option::is_some));
        assert!(ask(&admission, "another", 20).0.is_none());
    }

    #[test]
    fn a_batch_larger_than_all_bytes_gets_its_turn() {
        let admission = contended();
        assert!(ask(&admission, "a", 1_000).0.is_some());
    }

    #[test]
    fn a_client_that_hangs_up_gives_its_turn_on() {
        let admission = contended();
        let (first, _) = ask(&admission, "a", 100);
        let (_, gone) = ask(&admission, "b", 100);
        let (_, granted_and_gone) = ask(&admission, "c", 100);
        let (_, mut last) = ask(&admission, "d", 100);
        drop(gone);
        drop(first);
        drop(granted_and_gone);
        drop((&mut last).now_or_never().expect("its turn"));
        assert_eq!(admission.queue.lock().free, AT_ONCE);
    }
}
