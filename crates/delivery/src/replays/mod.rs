//! Replays: makes the steps of running replays. Each step queues some deliveries in the store; the lane of the
//! subscription then refills from there, so fresh deliveries go first.
//!
//! The store keeps the position. On a store of several nodes, the node of the last step continues until it is lost.

mod pace;

use crate::{
    background::{Background, Speed},
    dispatcher::Dispatcher,
    index::Index,
    lease::Lease,
    target::Target,
};
use model::{Clock, Queue, Replay, ReplayId, ReplayState, SubscriptionState};
use pace::Pace;
use std::{collections::HashMap, sync::Arc, time::Duration};
use storage::{ReplayStep, ReplayStepped, StorageError, Store};
use tokio::sync::Notify;

/// Waiting replays of a subscription beyond which its replays queue nothing more.
const WAITING_MAX: u32 = 5_000;
/// The same at a limited speed: what waits is sent during the rests of background work too.
const WAITING_MAX_LIMITED: u32 = 32;

/// Interval of steps that have to wait: for a slow receiver, or for the replay's rate.
const SOON: Duration = Duration::from_millis(100);
/// Interval of the steps of a limited rate, unless they would have too few deliveries.
const SHORT: Duration = Duration::from_millis(10);
/// Interval of looking for replays of other nodes.
const LATER: Duration = Duration::from_secs(2);

/// Makes the steps of running replays.
pub(crate) struct ReplayTask {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) index: Arc<Index>,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) lease: Arc<Lease>,
    pub(crate) background: Arc<Background>,
    /// Notified when a replay was created or resumed on this node.
    pub(crate) wake: Arc<Notify>,
}

/// Deliveries of a step at a limited rate, in deliveries per second: few, so that their requests make no burst, but not so
/// few that many steps are needed, since each is a commit.
fn step_of(rate: f64) -> usize {
    ((rate * SHORT.as_secs_f64()) as usize).clamp(16, 200)
}

/// When the next round begins; the earliest is the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    /// After this pause: the store has time for other work.
    After(Duration),
    Soon,
    Later,
    /// There is nothing to do.
    Idle,
}

/// The task's memory between rounds. Losing it costs nothing: it is rebuilt after a start.
#[derive(Default)]
struct Memory {
    paces: HashMap<ReplayId, Pace>,
    /// Subscriptions of replays that have ended since the last round.
    ended: Vec<Arc<Target>>,
}

impl ReplayTask {
    /// Runs until it is dropped.
    pub(crate) async fn run(self) {
        let mut memory = Memory::default();
        loop {
            let next = self.round(&mut memory).await.unwrap_or_else(|fault| {
                tracing::warn!(error = %fault, "failed to read the running replays; it will be tried again");
                Next::Later
            });
            let woken = self.wake.notified();
            match next {
                Next::After(pause) => tokio::time::sleep(pause).await,
                Next::Soon => drop(tokio::time::timeout(SOON, woken).await),
                Next::Later => drop(tokio::time::timeout(LATER, woken).await),
                Next::Idle if self.store.shared().is_some() => drop(tokio::time::timeout(LATER, woken).await),
                Next::Idle => woken.await,
            }
        }
    }

    /// One step of each running replay.
    async fn round(&self, memory: &mut Memory) -> Result<Next, StorageError> {
        // A delivery may have ended in the store, been queued again, and only then left memory: the refill in between
        // has skipped it.
        let ended = std::mem::take(&mut memory.ended);
        ended.iter().for_each(|target| self.dispatcher.expect_again(target, self.clock.now()));
        if self.dispatcher.is_paused() || !self.lease.holds() {
            return Ok(Next::Later);
        }
        let running = self.store.running_replays().await?;
        memory.paces.retain(|id, _| running.iter().any(|replay| replay.id == *id));
        let mut next = Next::Idle;
        for replay in &running {
            let step = match self.advance(replay, running.len(), memory).await {
                Ok(step) => step,
                Err(fault) => self.failed(replay, &fault).await?,
            };
            next = next.min(step);
        }
        Ok(if memory.ended.is_empty() { next } else { next.min(Next::Soon) })
    }

    /// A step has failed. It is tried again later, unless a stored row is invalid.
    async fn failed(&self, replay: &Replay, fault: &StorageError) -> Result<Next, StorageError> {
        tracing::warn!(
            replay = %replay.id,
            error = %fault,
            cause = std::error::Error::source(fault).map(ToString::to_string),
            "a step of a replay failed"
        );
        if matches!(fault, StorageError::Corrupt { .. }) {
            self.end(replay, ReplayState::Failed, "the store has an invalid row; the server's log names it").await?;
        }
        Ok(Next::Later)
    }

    /// One step of a replay, of this number of running ones.
    async fn advance(&self, replay: &Replay, running: usize, memory: &mut Memory) -> Result<Next, StorageError> {
        let Some(target) = self.target(replay).await? else { return Ok(Next::Later) };
        let began = self.clock.now();
        let share = match self.background.speed(&replay.tenant, running) {
            Speed::Rest(rest) => return Ok(Next::After(rest)),
            Speed::Limited(rate) => Some(rate),
            Speed::Unlimited => None,
        };
        let pace = memory.paces.entry(replay.id).or_insert_with(|| Pace::new(replay.rate, began));
        let rows = pace.rows(began).min(share.map_or(usize::MAX, step_of));
        if rows == 0 {
            return Ok(Next::Soon);
        }
        let waiting_max = if share.is_some() { WAITING_MAX_LIMITED } else { WAITING_MAX };
        let step = ReplayStep { rows, waiting_max, now: began };
        let (replay, queued, is_full) =
            match self.store.step_replay(&replay.tenant, replay.id, step, target.wants().as_ref()).await? {
                ReplayStepped::Done { replay, queued, delayed, is_full } => {
                    delayed.into_iter().for_each(|at| self.dispatcher.expect(&target, Queue::Delayed, at));
                    (replay, queued, is_full)
                }
                ReplayStepped::Leased => return Ok(Next::Later),
                ReplayStepped::NotRunning => return Ok(Next::Soon),
            };
        let took = self.clock.now().since(began);
        pace.stepped(queued as usize, took);
        if queued > 0 {
            self.dispatcher.feed.gap(&replay.tenant);
        }
        if queued > 0 || is_full {
            self.dispatcher.expect_again(&target, began);
        }
        if replay.state.has_ended() {
            tracing::info!(
                tenant = %replay.tenant,
                replay = %replay.id,
                subscription = %replay.subscription,
                queued = replay.queued,
                skipped = replay.skipped,
                "replay completed"
            );
            memory.ended.push(target);
        }
        // Replays keep the store busy for half of the time at most.
        let pause = share.map_or(took, |rate| took.max(Duration::from_secs_f64(rows as f64 / rate)));
        Ok(if is_full && share.is_none() { Next::Soon } else { Next::After(pause) })
    }

    /// The active subscription of a replay. Pauses the replay when the subscription is inactive, and ends it when the
    /// subscription was deleted.
    async fn target(&self, replay: &Replay) -> Result<Option<Arc<Target>>, StorageError> {
        let (tenant, of) = (&replay.tenant, replay.subscription);
        let Some(target) = self.index.get(tenant, of) else {
            // This node may not know the subscription yet.
            if self.store.subscription(tenant, of).await?.is_none() {
                self.end(replay, ReplayState::Failed, "the subscription was deleted").await?;
            }
            return Ok(None);
        };
        match target.subscription.state {
            SubscriptionState::Active => return Ok(Some(target)),
            SubscriptionState::Paused => {
                self.end(replay, ReplayState::Paused, "the subscription is paused").await?;
            }
            SubscriptionState::Disabled => {
                self.end(replay, ReplayState::Paused, "the subscription is disabled").await?;
            }
            SubscriptionState::Deleted => {
                self.end(replay, ReplayState::Failed, "the subscription was deleted").await?;
            }
        }
        Ok(None)
    }

    async fn end(&self, replay: &Replay, state: ReplayState, reason: &str) -> Result<(), StorageError> {
        let now = self.clock.now();
        self.store.set_replay_state(&replay.tenant, replay.id, state, Some(reason), now).await?;
        tracing::warn!(
            tenant = %replay.tenant,
            replay = %replay.id,
            subscription = %replay.subscription,
            state = state.name(),
            reason,
            "a replay cannot continue"
        );
        Ok(())
    }
}
