//! Test writes to the store, shared by all readiness requests of a second.

use crate::problem::Problem;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use storage::Store;

/// The result of a test write to the store, shared by the readiness requests of a second.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    /// Result of the last check; locked while a check is running.
    last: tokio::sync::Mutex<Option<Problem>>,
    /// Number of checks so far.
    looks: AtomicU64,
    /// True for [`FRESH`] after a successful check.
    is_fresh: Arc<AtomicBool>,
}

/// Time for which a successful check is reused.
const FRESH: Duration = Duration::from_secs(1);
/// A store that does not answer within this time is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

impl Probe {
    /// The result of a test write of the last second; its fault is a 503.
    pub(crate) async fn look(&self, store: &dyn Store) -> Result<(), Problem> {
        if self.is_fresh.load(Relaxed) {
            return Ok(());
        }
        let looks = self.looks.load(Relaxed);
        let mut last = self.last.lock().await;
        // A request that waited here during the check of another one uses its result.
        if self.looks.load(Relaxed) == looks {
            *last = match tokio::time::timeout(PATIENCE, store.check_writable()).await {
                Ok(Ok(())) => None,
                Ok(Err(fault)) => Some(Problem::busy("The store is not writable now").because(&fault)),
                Err(_) => Some(Problem::busy("The store does not answer in time")),
            };
            self.looks.fetch_add(1, Relaxed);
            if last.is_none() {
                self.is_fresh.store(true, Relaxed);
                let is_fresh = self.is_fresh.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(FRESH).await;
                    is_fresh.store(false, Relaxed);
                });
            }
        }
        last.clone().map_or(Ok(()), Err)
    }
}
