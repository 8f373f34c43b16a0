//! Test accesses to the store, shared by all readiness requests of a second.

use crate::problem::Problem;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use storage::{StorageError, Store};

/// The results of a test write to the store and of a test read of its backlog.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looked {
    /// Why a write would not be durable now.
    pub(super) write: Option<Problem>,
    /// Why waiting deliveries cannot be read now.
    pub(super) backlog: Option<Problem>,
}

/// The last test accesses, shared by the readiness requests of a second.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    /// Results of the last test accesses; locked while they are under way.
    last: tokio::sync::Mutex<Looked>,
    /// Number of looks so far.
    looks: AtomicU64,
    /// True for [`FRESH`] after a look that found no failure.
    is_fresh: Arc<AtomicBool>,
}

/// Time for which a successful look is reused.
const FRESH: Duration = Duration::from_secs(1);
/// A store that does not answer within this time is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

impl Probe {
    /// The results of the last second.
    pub(crate) async fn look(&self, store: &dyn Store) -> Looked {
        if self.is_fresh.load(Relaxed) {
            return Looked::default();
        }
        let looks = self.looks.load(Relaxed);
        let mut last = self.last.lock().await;
        // A request that waited here during the look of another one uses its results.
        if self.looks.load(Relaxed) == looks {
            let (write, backlog) = tokio::join!(
                tokio::time::timeout(PATIENCE, store.check_writable()),
                tokio::time::timeout(PATIENCE, store.count_waiting(1)),
            );
            *last = Looked {
                write: failure(write, "The store is not writable now", "The store does not answer in time"),
                backlog: failure(
                    backlog,
                    "Waiting deliveries cannot be read from the store now",
                    "The store does not return waiting deliveries in time",
                ),
            };
            self.looks.fetch_add(1, Relaxed);
            if last.write.is_none() && last.backlog.is_none() {
                self.is_fresh.store(true, Relaxed);
                let is_fresh = self.is_fresh.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(FRESH).await;
                    is_fresh.store(false, Relaxed);
                });
            }
        }
        last.clone()
    }
}

/// The failure of a test access, with the store's error as the cause in the log.
fn failure<T>(
    done: Result<Result<T, StorageError>, tokio::time::error::Elapsed>,
    failed: &'static str,
    late: &'static str,
) -> Option<Problem> {
    match done {
        Ok(Ok(_)) => None,
        Ok(Err(fault)) => Some(Problem::busy(failed).because(&fault)),
        Err(_) => Some(Problem::busy(late)),
    }
}
