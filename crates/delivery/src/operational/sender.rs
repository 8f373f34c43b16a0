//! Publishes operational events that are not part of an outcome: a bounded queue and the task that empties it.

use super::{Operational, OperationalEvent, queue::CAPACITY};
use crate::journal::AppendError;
use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

/// Pause after a write that failed.
const PAUSE: Duration = Duration::from_millis(500);

impl Operational {
    /// Publishes an event if somebody subscribes to it. Never waits: the event is queued, and written by a task within
    /// milliseconds. It is lost when the process is killed before, or when the queue is full, which is counted and logged.
    pub fn emit(&self, event: OperationalEvent) {
        if !self.is_wanted(event.kind(), event.tenant()) {
            return;
        }
        if let OperationalEvent::TenantLimitReached(one) = &event
            && !self.queue.is_first(one)
        {
            return;
        }
        self.enqueue(event);
    }

    /// Writes an event, and returns when it is durable. If the journal does not take it now, it is queued. Runs to its end
    /// even when the caller is dropped.
    pub(crate) async fn record(self: &Arc<Self>, event: OperationalEvent) {
        if !self.is_wanted(event.kind(), event.tenant()) {
            return;
        }
        let operational = self.clone();
        let written = tokio::spawn(async move {
            if operational.write(&event).await.is_err() {
                operational.enqueue(event);
            }
        });
        let _ = written.await;
    }

    /// Number of events that were dropped since the start, because the queue was full.
    pub fn dropped(&self) -> u64 {
        self.queue.dropped.load(Relaxed)
    }

    fn enqueue(&self, event: OperationalEvent) {
        let mut waiting = self.queue.waiting.lock();
        if waiting.len() < CAPACITY {
            waiting.push_back(event);
            drop(waiting);
            self.queue.arrived.notify_one();
            return;
        }
        drop(waiting);
        let dropped = self.queue.dropped.fetch_add(1, Relaxed) + 1;
        // Only the 1st, 2nd, 4th, 8th … is logged: the queue is full because the store is slow.
        if dropped.is_power_of_two() {
            tracing::warn!(event_type = event.kind().name(), tenant = %event.tenant(), dropped,
                "an operational event was dropped: too many wait to be written");
        }
    }

    /// Writes queued events until it is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            if !self.flush().await {
                return;
            }
            self.queue.arrived.notified().await;
        }
    }

    /// Writes all queued events, and tries again while the store refuses them. `false` when the journal has ended.
    pub(crate) async fn flush(&self) -> bool {
        loop {
            let Some(event) = self.queue.waiting.lock().front().cloned() else { return true };
            match self.write(&event).await {
                Ok(()) => {
                    self.queue.waiting.lock().pop_front();
                }
                Err(AppendError::Closed) => return false,
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}
