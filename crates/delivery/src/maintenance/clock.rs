//! Feeds the steady clock, and pulls back retries that are due in the future when the time went back, or had gone back before
//! the start.

use crate::{
    recovery::Recovery,
    steady::{SteadyClock, Watched},
};
use model::{Clock, RetryPolicy, Timestamp};
use std::{sync::Arc, time::Duration};
use storage::{StorageError, Store};

/// Between two looks at the machine's clock.
const LOOK: Duration = Duration::from_secs(1);
/// No retry waits longer, whatever its schedule and jitter.
const LONGEST: Duration = Duration::from_secs(2 * RetryPolicy::LONGEST.as_secs());
/// Between two attempts after a failure of the store.
const PAUSE: Duration = Duration::from_secs(5);

/// The last time that can be believed: the one that was kept, or the newest event's where none was.
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
    /// Tells the clock the last time that is known: it is later now.
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

    /// (A shared store shows its own clock with every heartbeat.)
    async fn watch(&self) {
        while self.clock.watched() == Watched::Machine {
            self.clock.look();
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn mend(&self) {
        loop {
            while let Err(fault) = self.pull_back().await {
                tracing::warn!(error = %fault, "failed to look for retries in the future; it will be tried again");
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
        tracing::warn!(count, "retries were due in the future, since the clock had been ahead; they wait from now on");
        self.recovery.expect_retries().await
    }
}
