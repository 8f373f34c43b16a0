//! Reads the machine's clock for the steady clock, and reschedules retries that are due in the future because the clock
//! was set back, while the server ran or before.

use crate::{
    recovery::Recovery,
    steady::{SteadyClock, Watched},
};
use model::{Clock, RetryPolicy, Timestamp};
use std::{sync::Arc, time::Duration};
use storage::{StorageError, Store};

/// Interval of the readings of the machine's clock.
const LOOK: Duration = Duration::from_secs(1);
/// Longest wait of any retry, whatever its schedule and jitter.
const LONGEST: Duration = Duration::from_secs(2 * RetryPolicy::LONGEST.as_secs());
/// Pause before a failed rescheduling is tried again.
const PAUSE: Duration = Duration::from_secs(5);

/// The last trusted time: the stored one, or that of the newest event when none is stored.
pub(crate) async fn believed_time(store: &dyn Store, clock: &dyn Clock) -> Result<Option<Timestamp>, StorageError> {
    match store.believed_time().await? {
        Some(kept) => Ok(Some(kept)),
        None => store.newest_event(clock.now()).await,
    }
}

pub(crate) struct ClockKeeper {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<SteadyClock>,
    pub(crate) recovery: Arc<Recovery>,
}

impl ClockKeeper {
    /// Sets the last trusted time as the clock's floor.
    pub(crate) async fn begin(&self) -> Result<(), StorageError> {
        let now = self.clock.now();
        let believed = believed_time(&*self.store, &*self.clock).await?;
        self.clock.begin(None, believed.map(|time| time.min(now)));
        Ok(())
    }

    /// Runs until it is dropped.
    pub(crate) async fn run(self) {
        tokio::join!(self.watch(), self.mend());
    }

    /// Reads the machine's clock once a second. (The clock of a shared store comes with each heartbeat instead.)
    async fn watch(&self) {
        while self.clock.watched() == Watched::Machine {
            self.clock.look();
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn mend(&self) {
        loop {
            while let Err(fault) = self.pull_back().await {
                tracing::warn!(error = %fault, "failed to reschedule retries that are due in the future; retrying");
                tokio::time::sleep(PAUSE).await;
            }
            self.clock.went_back().await;
        }
    }

    async fn pull_back(&self) -> Result<(), StorageError> {
        let count = self.store.pull_back(self.clock.now(), LONGEST).await?;
        if count == 0 {
            return Ok(());
        }
        tracing::warn!(count, "retries were due in the future, since the clock had been ahead; rescheduled them");
        self.recovery.expect_retries().await
    }
}
