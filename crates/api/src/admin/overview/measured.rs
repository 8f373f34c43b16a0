//! The part of the overview that is counted in the store. All callers share a measurement, which is repeated the less
//! often the longer it takes.

use crate::problem::Problem;
use model::{Clock, Queue, SubscriptionId, Timestamp};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use storage::{BACKLOG_MAX, Backlog, ListScope, Node, Store};

/// Shortest time between two measurements.
const FRESH: Duration = Duration::from_secs(1);
/// A measurement is followed by a pause of this many times its duration.
const PAUSES: u32 = 20;

/// Waiting deliveries, of a queue or of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) count: u64,
    /// Counting ended early: `count` is a lower bound.
    pub(super) is_capped: bool,
    pub(super) oldest_at: Timestamp,
}

/// The state of the store.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) at: Timestamp,
    pub(super) by_queue: Vec<(Queue, Waiting)>,
    pub(super) by_subscription: HashMap<SubscriptionId, Waiting>,
    /// The nodes of a shared store.
    pub(super) nodes: Option<Vec<Node>>,
    /// Waiting deliveries of a store with one node.
    pub(super) waiting: u32,
}

/// The last measurement.
#[derive(Debug, Default)]
pub(crate) struct Measuring {
    last: Mutex<Option<Arc<Measured>>>,
    /// True until the pause after the last measurement has ended.
    is_fresh: Arc<AtomicBool>,
    running: tokio::sync::Mutex<()>,
}

impl Measuring {
    /// A recent measurement. While another caller measures, the last one.
    pub(super) async fn get(&self, store: &dyn Store, clock: &dyn Clock) -> Result<Arc<Measured>, Problem> {
        if let Some(fresh) = self.fresh() {
            return Ok(fresh);
        }
        let last = self.last.lock().clone();
        let _running = match (self.running.try_lock(), last) {
            (Ok(running), _) => running,
            (Err(_), Some(last)) => return Ok(last),
            (Err(_), None) => self.running.lock().await,
        };
        // Another caller may have measured meanwhile.
        if let Some(fresh) = self.fresh() {
            return Ok(fresh);
        }
        let start = clock.now();
        let measured = Arc::new(measure(store, start).await?);
        let pause = FRESH.max(clock.now().since(start) * PAUSES);
        *self.last.lock() = Some(measured.clone());
        self.is_fresh.store(true, Relaxed);
        let is_fresh = self.is_fresh.clone();
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            is_fresh.store(false, Relaxed);
        });
        Ok(measured)
    }

    fn fresh(&self) -> Option<Arc<Measured>> {
        if self.is_fresh.load(Relaxed) { self.last.lock().clone() } else { None }
    }
}

async fn measure(store: &dyn Store, at: Timestamp) -> Result<Measured, Problem> {
    let backlogs = store.backlogs(ListScope::AllTenants).await?;
    let (nodes, waiting) = match store.shared() {
        Some(shared) => (Some(shared.nodes().await?), 0),
        None => (None, store.count_waiting(BACKLOG_MAX).await?),
    };
    let mut by_queue: Vec<(Queue, Waiting)> = Vec::new();
    for backlog in &backlogs {
        add_queues(&mut by_queue, backlog);
    }
    by_queue.sort_by_key(|(queue, _)| queue.code());
    let by_subscription = backlogs.iter().filter_map(|one| Some((one.subscription, of_subscription(one)?))).collect();
    Ok(Measured { at, by_queue, by_subscription, nodes, waiting })
}

fn of_subscription(backlog: &Backlog) -> Option<Waiting> {
    let oldest_at = backlog.oldest_at()?;
    Some(Waiting { count: backlog.waiting().into(), is_capped: backlog.is_capped(), oldest_at })
}

fn add_queues(all: &mut Vec<(Queue, Waiting)>, backlog: &Backlog) {
    for one in &backlog.queues {
        // A delayed delivery is not late until it is due.
        let oldest_at = if one.queue == Queue::Delayed { one.next_attempt_at } else { one.oldest_at };
        let is_capped = one.waiting >= backlog.counted_to;
        match all.iter_mut().find(|(queue, _)| *queue == one.queue) {
            Some((_, sum)) => {
                sum.count += u64::from(one.waiting);
                sum.is_capped |= is_capped;
                sum.oldest_at = sum.oldest_at.min(oldest_at);
            }
            None => all.push((one.queue, Waiting { count: one.waiting.into(), is_capped, oldest_at })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::TenantId;
    use storage::QueueBacklog;
    use uuid::Uuid;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn backlog(queues: &[(Queue, u32, i64)]) -> Backlog {
        let queue = |(queue, waiting, oldest): &(Queue, u32, i64)| QueueBacklog {
            queue: *queue,
            waiting: *waiting,
            oldest_at: at(*oldest),
            next_attempt_at: at(*oldest + 1_000),
        };
        Backlog {
            tenant: TenantId::trusted("acme"),
            subscription: SubscriptionId::from_uuid(Uuid::nil()),
            queues: queues.iter().map(queue).collect(),
            counted_to: 100,
        }
    }

    #[test]
    fn queues_are_added_up_over_subscriptions_and_a_capped_one_caps_the_sum() {
        let mut all = Vec::new();
        add_queues(&mut all, &backlog(&[(Queue::Normal, 40, 7), (Queue::Delayed, 1, 3)]));
        add_queues(&mut all, &backlog(&[(Queue::Normal, 100, 5)]));
        let normal = Waiting { count: 140, is_capped: true, oldest_at: at(5) };
        let delayed = Waiting { count: 1, is_capped: false, oldest_at: at(1_003) };
        assert_eq!(all, [(Queue::Normal, normal), (Queue::Delayed, delayed)]);
    }
}
