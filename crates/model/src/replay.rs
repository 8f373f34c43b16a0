//! A replay: a job that sends deliveries of a subscription again, or sends it events that it has not received.

use crate::{
    delivery::DeliveryStatus,
    event::EventPattern,
    id::{DeliveryId, EventId, ReplayId, SubscriptionId},
    tenant::TenantId,
    time::Timestamp,
};
use std::ops::RangeInclusive;

/// State of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReplayState {
    Running,
    /// Queues nothing until it is resumed.
    Paused,
    /// Has queued everything that it selects.
    Completed,
    /// Ended by request; what it has queued is sent all the same.
    Cancelled,
    /// Cannot continue.
    Failed,
}

impl ReplayState {
    pub const ALL: [Self; 5] = [Self::Running, Self::Paused, Self::Completed, Self::Cancelled, Self::Failed];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// The number that stores keep.
    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// True when it can never run again.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Failed)
    }

    /// True when a replay in this state may change to `to`; a state may always change to itself.
    pub fn may_become(self, to: Self) -> bool {
        self == to || !self.has_ended()
    }
}

/// Selects what a replay sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplaySelection {
    /// Deliveries of the subscription in one of these states; empty for none.
    pub statuses: Vec<DeliveryStatus>,
    /// Event types of these deliveries; empty for all.
    pub event_types: Vec<EventPattern>,
    /// Event types of which events without a delivery to the subscription get one; empty for none.
    pub missed: Vec<EventPattern>,
    /// Created at or after this time.
    pub after: Option<Timestamp>,
    /// Created before this time. Always set, so that every replay ends.
    pub before: Timestamp,
}

impl ReplaySelection {
    /// The statuses that are replayed when a request names none: every end but success.
    pub const STATUSES: [DeliveryStatus; 4] =
        [DeliveryStatus::Failed, DeliveryStatus::Exhausted, DeliveryStatus::Disabled, DeliveryStatus::Cancelled];

    /// True when an existing delivery in this state, of an event of this type, is selected (by all but its time).
    pub fn has_delivery(&self, id: DeliveryId, status: DeliveryStatus, event_type: Option<&str>) -> bool {
        let fits = |name: &str| self.event_types.iter().any(|pattern| pattern.matches(name));
        !id.is_test()
            && self.statuses.contains(&status)
            && (self.event_types.is_empty() || event_type.is_some_and(fits))
    }

    /// True when events of this type are selected that have no delivery.
    pub fn has_missed(&self, event_type: &str) -> bool {
        self.missed.iter().any(|pattern| pattern.matches(event_type))
    }

    /// The first position of a replay with this selection.
    pub fn begin(&self) -> ReplayPosition {
        if self.statuses.is_empty() { ReplayPosition::Missed(None) } else { ReplayPosition::Deliveries(None) }
    }
}

/// The position of a replay: first it goes through deliveries, then through events, each by rising id. `None` is the
/// begin of a part; otherwise everything up to this id is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayPosition {
    Deliveries(Option<DeliveryId>),
    Missed(Option<EventId>),
}

impl ReplayPosition {
    /// The number of its part that stores keep.
    pub const fn part(self) -> u8 {
        match self {
            Self::Deliveries(_) => 0,
            Self::Missed(_) => 1,
        }
    }

    /// The id that stores keep.
    pub const fn id(&self) -> Option<&[u8; 16]> {
        match self {
            Self::Deliveries(Some(id)) => Some(id.bytes()),
            Self::Missed(Some(id)) => Some(id.bytes()),
            Self::Deliveries(None) | Self::Missed(None) => None,
        }
    }

    /// `None` for a part that does not exist.
    pub fn from_parts(part: u8, id: Option<[u8; 16]>) -> Option<Self> {
        match part {
            0 => Some(Self::Deliveries(id.map(DeliveryId::from_bytes))),
            1 => Some(Self::Missed(id.map(EventId::from_bytes))),
            _ => None,
        }
    }

    /// Creation time of the last delivery or event of this part that is done.
    pub fn reached_at(self) -> Option<Timestamp> {
        match self {
            Self::Deliveries(id) => id.map(DeliveryId::made_at),
            Self::Missed(id) => id.map(EventId::made_at),
        }
    }

    /// The position behind the end of this part; `None` at the end of the replay.
    pub fn next_part(self, selection: &ReplaySelection) -> Option<Self> {
        match self {
            Self::Deliveries(_) if !selection.missed.is_empty() => Some(Self::Missed(None)),
            Self::Deliveries(_) | Self::Missed(_) => None,
        }
    }
}

/// Allowed deliveries per second of a replay.
pub const RATE: RangeInclusive<u32> = 1..=100_000;

/// A replay and its progress.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    pub id: ReplayId,
    pub tenant: TenantId,
    pub subscription: SubscriptionId,
    pub selection: ReplaySelection,
    /// Deliveries queued per second; `None` for as many as the subscription takes.
    pub rate: Option<u32>,
    pub state: ReplayState,
    /// Why the replay was paused or failed without a request.
    pub reason: Option<String>,
    /// Number of deliveries that the replay selected when it was created.
    pub found: u64,
    /// True when counting ended early: the replay selects at least `found`.
    pub is_found_capped: bool,
    /// Deliveries queued so far.
    pub queued: u64,
    /// Selected deliveries that could not be queued, because they or their events have changed or were removed.
    pub skipped: u64,
    pub position: ReplayPosition,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeliveryStatus::{Delivered, Exhausted, Failed, Pending};

    fn selection(statuses: &[DeliveryStatus], types: &[&str], missed: &[&str]) -> ReplaySelection {
        let patterns = |texts: &[&str]| texts.iter().map(|text| EventPattern::parse(text).unwrap()).collect();
        ReplaySelection {
            statuses: statuses.to_vec(),
            event_types: patterns(types),
            missed: patterns(missed),
            after: None,
            before: Timestamp::from_millis(9),
        }
    }

    #[test]
    fn a_delivery_is_selected_by_status_and_type_unless_it_is_a_test() {
        let event = EventId::from_bytes((7u128 << 80).to_be_bytes());
        let (one, test) = (event.delivery(1).unwrap(), event.test_delivery());
        let failed = [Failed, Exhausted];
        for (id, status, types, event_type, selected) in [
            (one, Failed, &[][..], None, true),
            (one, Exhausted, &["invoice.*"][..], Some("invoice.paid"), true),
            (one, Failed, &["invoice.*", "a"][..], Some("a"), true),
            (one, Failed, &["invoice.*"][..], Some("order.paid"), false),
            (one, Failed, &["invoice.*"][..], None, false),
            (one, Delivered, &[][..], None, false),
            (one, Pending, &[][..], None, false),
            (test, Failed, &[][..], None, false),
        ] {
            assert_eq!(selection(&failed, types, &[]).has_delivery(id, status, event_type), selected, "{types:?}");
        }
    }

    #[test]
    fn deliveries_come_first_then_missed_events() {
        let both = selection(&[Failed], &[], &["*"]);
        assert_eq!(both.begin(), ReplayPosition::Deliveries(None));
        assert_eq!(both.begin().next_part(&both), Some(ReplayPosition::Missed(None)));
        assert_eq!(ReplayPosition::Missed(None).next_part(&both), None);
        let failed = selection(&[Failed], &[], &[]);
        assert_eq!(failed.begin().next_part(&failed), None);
        assert_eq!(selection(&[], &[], &["*"]).begin(), ReplayPosition::Missed(None));
    }

    #[test]
    fn stored_positions_and_states_are_read_back() {
        let event = EventId::from_bytes((7u128 << 80).to_be_bytes());
        for position in [
            ReplayPosition::Deliveries(None),
            ReplayPosition::Deliveries(event.delivery(3)),
            ReplayPosition::Missed(None),
            ReplayPosition::Missed(Some(event)),
        ] {
            assert_eq!(ReplayPosition::from_parts(position.part(), position.id().copied()), Some(position));
        }
        assert_eq!(ReplayPosition::from_parts(2, None), None);
        for state in ReplayState::ALL {
            assert_eq!(ReplayState::from_code(state.code()), Some(state));
        }
        assert_eq!(ReplayState::from_code(5), None);
    }

    #[test]
    fn an_ended_replay_never_runs_again() {
        for state in ReplayState::ALL {
            assert!(state.may_become(state));
            assert_eq!(state.may_become(ReplayState::Running), !state.has_ended(), "{state:?}");
        }
    }
}
