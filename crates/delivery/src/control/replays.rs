//! Replays and cancellations by request.

use super::Control;
use crate::target::Target;
use model::{
    DeliveryId, Replay, ReplayId, ReplaySelection, ReplayState, Subscription, SubscriptionId, SubscriptionState,
    TenantId, Timestamp,
};
use std::{collections::BTreeSet, time::Duration};
use storage::{CancelFilter, CancelOutcome, CancelPlace, InsertReplay, ReplayChange, ReplayCount, StorageError};

/// Maximum number of a tenant's replays that have not ended.
pub const REPLAYS_MAX: u32 = 20;
/// Candidates that are read to count what a replay selects.
pub const REPLAY_COUNT_MAX: u32 = 100_000;

/// The same when the subscription chooses events by their content, which must be read.
const REPLAY_FILTERED_MAX: u32 = 10_000;

/// Deliveries that one step of a cancellation reads.
const CANCEL_ROWS: usize = 1_000;
/// Steps of one call.
const CANCEL_STEPS: usize = 100;

/// A replay to create.
#[derive(Clone, Debug)]
pub struct NewReplay {
    pub tenant: TenantId,
    pub subscription: SubscriptionId,
    pub selection: ReplaySelection,
    /// Deliveries per second.
    pub rate: Option<u32>,
}

/// Why a replay was not created or changed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("the replay does not exist")]
    Missing,
    #[error("the subscription does not exist")]
    NoSubscription,
    #[error("the subscription is inactive")]
    Inactive(SubscriptionState),
    #[error("the tenant has too many replays")]
    TooMany,
    #[error("the replay has ended")]
    Ended(ReplayState),
    #[error(transparent)]
    Store(#[from] StorageError),
}

/// Result of a cancellation by filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelledDeliveries {
    pub count: u64,
    /// True when the call has ended before the last delivery: another call continues.
    pub more: bool,
}

impl Control {
    /// The time that bounds a replay or cancellation of everything that exists now.
    pub fn until_now(&self) -> Timestamp {
        self.clock.now().after(Duration::from_millis(1))
    }

    /// Counts what a replay would queue, and returns the first ones.
    pub async fn count_replay(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        selection: &ReplaySelection,
        sample: usize,
    ) -> Result<ReplayCount, ReplayError> {
        let known = self.check_active(tenant, subscription).await?;
        let wants = Target::new(known).wants();
        let most = if wants.is_some() { REPLAY_FILTERED_MAX } else { REPLAY_COUNT_MAX };
        Ok(self.store.count_replay(tenant, subscription, selection, (most, sample), wants.as_ref()).await?)
    }

    /// Creates a replay, which begins at once.
    pub async fn create_replay(&self, new: NewReplay) -> Result<Replay, ReplayError> {
        let counted = self.count_replay(&new.tenant, new.subscription, &new.selection, 0).await?;
        let now = self.clock.now();
        let replay = Replay {
            id: self.dispatcher.ids.replay(now),
            tenant: new.tenant,
            subscription: new.subscription,
            position: new.selection.begin(),
            selection: new.selection,
            rate: new.rate,
            state: ReplayState::Running,
            reason: None,
            found: u64::from(counted.deliveries) + u64::from(counted.missed),
            is_found_capped: counted.is_capped,
            queued: 0,
            skipped: 0,
            created_at: now,
            updated_at: now,
            ended_at: None,
        };
        match self.store.insert_replay(&replay, REPLAYS_MAX).await? {
            InsertReplay::Done => {}
            InsertReplay::NoTenant => return Err(ReplayError::NoSubscription),
            InsertReplay::TooMany => return Err(ReplayError::TooMany),
        }
        self.replays.notify_one();
        Ok(replay)
    }

    /// Pauses, resumes or cancels a replay.
    pub async fn set_replay_state(
        &self,
        tenant: &TenantId,
        id: ReplayId,
        to: ReplayState,
    ) -> Result<Replay, ReplayError> {
        if to == ReplayState::Running {
            let known = self.store.replay(tenant, id).await?.ok_or(ReplayError::Missing)?;
            if known.state.has_ended() {
                return Err(ReplayError::Ended(known.state));
            }
            self.check_active(tenant, known.subscription).await?;
        }
        match self.store.set_replay_state(tenant, id, to, None, self.clock.now()).await? {
            ReplayChange::Done(replay) => {
                self.replays.notify_one();
                Ok(*replay)
            }
            ReplayChange::Ended(state) => Err(ReplayError::Ended(state)),
            ReplayChange::Missing => Err(ReplayError::Missing),
        }
    }

    async fn check_active(&self, tenant: &TenantId, id: SubscriptionId) -> Result<Subscription, ReplayError> {
        let known = self.store.subscription(tenant, id).await?.ok_or(ReplayError::NoSubscription)?;
        if known.state.is_active() { Ok(known) } else { Err(ReplayError::Inactive(known.state)) }
    }

    /// Cancels a waiting delivery.
    pub async fn cancel_delivery(&self, tenant: &TenantId, id: DeliveryId) -> Result<CancelOutcome, StorageError> {
        let outcome = self.store.cancel_delivery(tenant, id, self.clock.now()).await?;
        if let CancelOutcome::Done(subscription) = outcome {
            self.drop_cancelled(tenant, &BTreeSet::from([subscription])).await;
        }
        Ok(outcome)
    }

    /// Cancels waiting deliveries, up to a number of steps.
    pub async fn cancel_deliveries(
        &self,
        tenant: &TenantId,
        filter: &CancelFilter,
    ) -> Result<CancelledDeliveries, StorageError> {
        let (mut count, mut subscriptions) = (0, BTreeSet::new());
        let mut from: Option<CancelPlace> = None;
        for _ in 0..CANCEL_STEPS {
            let now = self.clock.now();
            let step = self.store.cancel_deliveries(tenant, filter, from.as_ref(), CANCEL_ROWS, now).await?;
            step.subscriptions.iter().for_each(|id| self.dispatcher.reread(*id));
            count += u64::from(step.cancelled);
            subscriptions.extend(step.subscriptions);
            from = step.next;
            if from.is_none() {
                break;
            }
        }
        self.drop_cancelled(tenant, &subscriptions).await;
        Ok(CancelledDeliveries { count, more: from.is_some() })
    }

    /// Drops cancelled deliveries from this node's lanes. Deliveries of a commit that was written before the
    /// cancellation may still be on their way into the lanes, so this is done again after it.
    async fn drop_cancelled(&self, tenant: &TenantId, subscriptions: &BTreeSet<SubscriptionId>) {
        self.dispatcher.feed.gap(tenant);
        subscriptions.iter().for_each(|id| self.dispatcher.reread(*id));
        self.dispatcher.journal.flush().await;
        subscriptions.iter().for_each(|id| self.dispatcher.reread(*id));
    }
}
