//! Feeds the steady clock, and pulls back what is in the future when the time went back, or had gone back before the start.

use crate::{
    engine::Engine,
    steady::{SteadyClock, Watched},
};
use model::{Queue, RetryPolicy, Timestamp};
use std::{sync::Arc, time::Duration};
use storage::{StorageError, Waiting};

/// Between two looks at the machine's clock.
const LOOK: Duration = Duration::from_secs(1);
/// No retry waits longer, whatever its schedule and jitter.
const LONGEST: Duration = Duration::from_secs(2 * RetryPolicy::LONGEST.as_secs());
/// Between two tries of what the store did not take.
const PAUSE: Duration = Duration::from_secs(5);

impl Engine {
    /// Up to when the clock can be believed: what was kept, or the newest event where nothing was.
    pub(crate) async fn believed_time(&self) -> Result<Option<Timestamp>, StorageError> {
        match self.store.believed_time().await? {
            Some(kept) => Ok(Some(kept)),
            None => self.store.newest_event(self.clock.now()).await,
        }
    }

    /// It is later now than it was then.
    pub(crate) async fn begin_with(&self, clock: &SteadyClock) -> Result<(), StorageError> {
        let now = self.clock.now();
        clock.begin(None, self.believed_time().await?.map(|time| time.min(now)));
        Ok(())
    }

    pub(crate) fn run_clock(self: &Arc<Self>, clock: Arc<SteadyClock>) {
        let engine = self.clone();
        let mut stopping = self.stopping.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                () = run(engine, clock) => {}
                _ = stopping.changed() => {}
            }
        });
    }
}

/// Runs until the process ends.
async fn run(engine: Arc<Engine>, clock: Arc<SteadyClock>) {
    tokio::join!(watch(&clock), mend(&engine, &clock));
}

/// (A store that is shared shows its own clock with every heartbeat.)
async fn watch(clock: &SteadyClock) {
    while clock.watched() == Watched::Machine {
        clock.look();
        tokio::time::sleep(LOOK).await;
    }
}

async fn mend(engine: &Arc<Engine>, clock: &SteadyClock) {
    loop {
        while let Err(fault) = pull_back(engine).await {
            tracing::warn!(error = %fault, "could not look for retries in the future; it will be tried again");
            tokio::time::sleep(PAUSE).await;
        }
        clock.went_back().await;
    }
}

async fn pull_back(engine: &Arc<Engine>) -> Result<(), StorageError> {
    let count = engine.store.pull_back(engine.clock.now(), LONGEST).await?;
    if count == 0 {
        return Ok(());
    }
    tracing::warn!(count, "retries were due in the future, since the clock had been ahead; they wait from now on");
    let mut waiting = Vec::new();
    engine.store.each_waiting(&mut |one| waiting.push(one)).await?;
    for Waiting { tenant, subscription, queue, at } in waiting.into_iter().filter(|one| one.queue == Queue::Retry) {
        if let Some(target) = engine.index.get(&tenant, subscription) {
            engine.expect(&target, queue, at);
        }
    }
    Ok(())
}
