//! Replays: jobs that queue deliveries again, or queue events that a subscription has not received, step by step.

use crate::{Page, StorageError};
use async_trait::async_trait;
use model::{
    DeliveryId, DeliveryStatus, Event, EventId, EventType, Replay, ReplayId, ReplayPosition, ReplaySelection,
    ReplayState, SubscriptionId, TenantId, Timestamp,
};
use std::{sync::Arc, time::Duration};

/// Candidates that one step reads.
pub const REPLAY_STEP: usize = 2_000;

/// Time after which another node continues a replay whose node makes no step.
pub const REPLAY_LEASE: Duration = Duration::from_secs(10);

/// Time for which ended replays are kept.
pub const REPLAYS_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Result of inserting a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertReplay {
    Done,
    NoTenant,
    /// The tenant has the maximum number of replays that have not ended.
    TooMany,
}

/// Result of changing the state of a replay.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplayChange {
    /// The replay after the change, or unchanged when it was in this state.
    Done(Box<Replay>),
    /// The replay has ended in another state.
    Ended(ReplayState),
    Missing,
}

/// Decides whether an event without a delivery is wanted: the filter and the channels of the replay's subscription.
#[derive(Clone)]
pub struct Wants(pub Arc<dyn Fn(&Event) -> bool + Send + Sync>);

/// Limits of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayStep {
    /// Deliveries to queue, at most.
    pub rows: usize,
    /// Number of waiting replays of the subscription beyond which nothing is queued.
    pub waiting_max: u32,
    pub now: Timestamp,
}

/// Result of one step.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplayStepped {
    Done {
        /// The replay after the step.
        replay: Box<Replay>,
        queued: u32,
        /// The earliest time for which a queued event was published; `None` when all are due.
        delayed: Option<Timestamp>,
        /// The subscription has `waiting_max` waiting replays.
        is_full: bool,
    },
    /// The replay does not exist, has ended or is paused, or its subscription was deleted.
    NotRunning,
    /// Another node works on it.
    Leased,
}

/// A delivery that a replay selects, or an event that has no delivery yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplaySample {
    Delivery(DeliveryId),
    Missed(EventId),
}

/// The number of rows that a replay selects, counted within a bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplayCount {
    pub deliveries: u32,
    /// Events without a delivery.
    pub missed: u32,
    /// True when the bound was reached before the end: there may be more.
    pub is_capped: bool,
    /// The first ones.
    pub sample: Vec<ReplaySample>,
}

#[async_trait]
pub trait Replays: Send + Sync {
    /// Stores a new replay, unless `most` replays of the tenant have not ended. Also removes replays of the tenant that
    /// ended longer than [`REPLAYS_KEPT`] ago.
    async fn insert_replay(&self, replay: &Replay, most: u32) -> Result<InsertReplay, StorageError>;

    async fn replay(&self, tenant: &TenantId, id: ReplayId) -> Result<Option<Replay>, StorageError>;

    /// Newest first.
    async fn replays(&self, tenant: &TenantId, page: Page<ReplayId>) -> Result<Vec<Replay>, StorageError>;

    /// Changes the state of a replay that has not ended. `reason` is kept with the new state.
    async fn set_replay_state(
        &self,
        tenant: &TenantId,
        id: ReplayId,
        to: ReplayState,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<ReplayChange, StorageError>;

    /// The running replays of all tenants.
    async fn running_replays(&self) -> Result<Vec<Replay>, StorageError>;

    /// Makes one step: reads up to [`REPLAY_STEP`] candidates behind the replay's position, queues those that it
    /// selects, and writes the new position in the same transaction. So a delivery is queued once, whatever happens
    /// between two steps. At the end the replay is completed.
    ///
    /// An existing delivery is pending again, in a new round of attempts and in [`model::Queue::Replay`]. An event
    /// without a delivery gets one there, with the next number of its event; an event for a later time in
    /// [`model::Queue::Delayed`]. On a store of several nodes this node owns
    /// the queued deliveries, and no other node makes steps until [`REPLAY_LEASE`] has passed since its last one.
    /// With `wants`, events without a delivery are queued only if it is true for them.
    async fn step_replay(
        &self,
        tenant: &TenantId,
        id: ReplayId,
        step: ReplayStep,
        wants: Option<&Wants>,
    ) -> Result<ReplayStepped, StorageError>;

    /// Counts what a replay with this selection would queue now, reading up to `most` candidates. Writes nothing.
    async fn count_replay(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        selection: &ReplaySelection,
        (most, sample): (u32, usize),
        wants: Option<&Wants>,
    ) -> Result<ReplayCount, StorageError>;
}

/// A candidate of a replay.
#[derive(Clone, Debug)]
pub struct ReplayCandidate<Id> {
    pub id: Id,
    /// The state of a delivery; none for an event.
    pub status: Option<DeliveryStatus>,
    /// `None` when the selection does not ask for it.
    pub event_type: Option<EventType>,
}

/// The candidates that a step queues, and its new position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayChosen {
    pub deliveries: Vec<DeliveryId>,
    /// Events that may have no delivery yet; the store must check that.
    pub events: Vec<EventId>,
    /// `None` at the end of the replay.
    pub next: Option<ReplayPosition>,
    /// The last candidate that is done.
    pub reached: ReplayPosition,
    /// Candidates that were read.
    pub read: usize,
}

impl ReplayChosen {
    /// Chooses from candidates in order of their ids: those that the selection has, up to `rows`. `limit` is the number
    /// of candidates that were asked for: fewer candidates are the last ones of their part.
    pub fn deliveries(
        selection: &ReplaySelection,
        at: ReplayPosition,
        candidates: &[ReplayCandidate<DeliveryId>],
        (rows, limit): (usize, usize),
    ) -> Self {
        let fits = |one: &ReplayCandidate<DeliveryId>| {
            let status = one.status.unwrap_or(DeliveryStatus::Pending);
            selection.has_delivery(one.id, status, one.event_type.as_ref().map(EventType::as_str))
        };
        let (ids, last, ended) = take(candidates, fits, (rows, limit));
        let reached = last.map_or(at, |id| ReplayPosition::Deliveries(Some(id)));
        let next = if ended { at.next_part(selection) } else { Some(reached) };
        Self { deliveries: ids, events: Vec::new(), next, reached, read: candidates.len() }
    }

    /// The same for events.
    pub fn events(
        selection: &ReplaySelection,
        at: ReplayPosition,
        candidates: &[ReplayCandidate<EventId>],
        (rows, limit): (usize, usize),
    ) -> Self {
        let fits = |one: &ReplayCandidate<EventId>| {
            one.event_type.as_ref().is_some_and(|event_type| selection.has_missed(event_type.as_str()))
        };
        let (ids, last, ended) = take(candidates, fits, (rows, limit));
        let reached = last.map_or(at, |id| ReplayPosition::Missed(Some(id)));
        let next = if ended { at.next_part(selection) } else { Some(reached) };
        Self { deliveries: Vec::new(), events: ids, next, reached, read: candidates.len() }
    }

    pub fn len(&self) -> usize {
        self.deliveries.len() + self.events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The first `rows` fitting candidates, the last candidate up to which all were looked at, and whether the part ended.
fn take<Id: Copy>(
    candidates: &[ReplayCandidate<Id>],
    fits: impl Fn(&ReplayCandidate<Id>) -> bool,
    (rows, limit): (usize, usize),
) -> (Vec<Id>, Option<Id>, bool) {
    let (mut ids, mut last) = (Vec::new(), None);
    for one in candidates {
        if fits(one) {
            if ids.len() >= rows {
                return (ids, last, false);
            }
            ids.push(one.id);
        }
        last = Some(one.id);
    }
    (ids, last, candidates.len() < limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::EventPattern;

    fn event(number: u128) -> EventId {
        EventId::from_bytes((number << 80).to_be_bytes())
    }

    fn selection() -> ReplaySelection {
        ReplaySelection {
            statuses: vec![DeliveryStatus::Failed],
            event_types: vec![EventPattern::parse("a.*").unwrap()],
            missed: vec![EventPattern::parse("a.*").unwrap()],
            after: None,
            before: Timestamp::from_millis(1),
        }
    }

    #[test]
    fn a_step_ends_before_the_first_candidate_that_does_not_fit_in() {
        let types = ["a.b", "x", "a.c", "x", "a.d", "x"];
        let candidates: Vec<_> = (1..)
            .zip(types)
            .map(|(number, name)| ReplayCandidate {
                id: event(number).delivery(1).unwrap(),
                status: Some(DeliveryStatus::Failed),
                event_type: Some(EventType::parse(name).unwrap()),
            })
            .collect();
        let of = |number| event(number).delivery(1).unwrap();
        let at = ReplayPosition::Deliveries(None);
        for (rows, limit, ids, next) in [
            // All rows are used after the fourth candidate; the fifth would be one too many.
            (2, 6, vec![of(1), of(3)], Some(ReplayPosition::Deliveries(Some(of(4))))),
            (0, 6, vec![], Some(at)),
            (3, 6, vec![of(1), of(3), of(5)], Some(ReplayPosition::Deliveries(Some(of(6))))),
            (3, 7, vec![of(1), of(3), of(5)], Some(ReplayPosition::Missed(None))),
            (9, 6, vec![of(1), of(3), of(5)], Some(ReplayPosition::Deliveries(Some(of(6))))),
        ] {
            let chosen = ReplayChosen::deliveries(&selection(), at, &candidates, (rows, limit));
            assert_eq!((chosen.deliveries, chosen.next), (ids, next), "{rows} {limit}");
        }
        let events: Vec<_> = candidates
            .into_iter()
            .map(|one| ReplayCandidate { id: one.id.event(), status: None, event_type: one.event_type })
            .collect();
        let chosen = ReplayChosen::events(&selection(), ReplayPosition::Missed(None), &events, (9, 7));
        assert_eq!((chosen.events, chosen.next), (vec![event(1), event(3), event(5)], None));
    }
}
