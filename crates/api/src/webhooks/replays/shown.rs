//! A replay in the platform API.

use super::request::MISSED;
use crate::{
    schemas::{DeliveryName, EventTypeName, PatternName, ReplayName, ReplayStateName, SubscriptionName},
    webhooks::deliveries::shown::status_name,
};
use model::{Delivery, DeliveryStatus, Event, EventType, IdStyle, Replay, ReplayPosition, ReplaySelection, Timestamp};
use serde::Serialize;
use storage::ReplayCount;
use utoipa::ToSchema;

/// The selection of a replay.
#[derive(Serialize, ToSchema)]
#[schema(as = ReplaySelection)]
pub(crate) struct SelectionShown {
    /// Only these event types; null: all types (of missed events, the types that the subscription named when the replay
    /// was created).
    #[schema(value_type = Option<Vec<PatternName>>)]
    event_types: Option<Vec<String>>,
    /// States of deliveries, and `missed` for events without a delivery.
    statuses: Vec<&'static str>,
    #[schema(value_type = Option<String>, format = DateTime)]
    after: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    before: Timestamp,
}

/// The name of a state in a replay, which tells apart all states.
const fn name(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Delivered => "success",
        status => status.name(),
    }
}

impl SelectionShown {
    fn new(selection: &ReplaySelection) -> Self {
        let mut statuses: Vec<_> = selection.statuses.iter().copied().map(name).collect();
        let types = if selection.statuses.is_empty() { &selection.missed } else { &selection.event_types };
        if !selection.missed.is_empty() {
            statuses.push(MISSED);
        }
        Self {
            event_types: (!types.is_empty()).then(|| types.iter().map(ToString::to_string).collect()),
            statuses,
            after: selection.after,
            before: selection.before,
        }
    }
}

/// The position of a replay: it goes through deliveries, then through events without a delivery, each from the oldest.
#[derive(Serialize, ToSchema)]
pub(crate) struct PositionShown {
    /// `deliveries` or `missed`.
    part: &'static str,
    /// Publication time of the last event of this part that is done; null before the first.
    #[schema(value_type = Option<String>, format = DateTime)]
    reached_at: Option<Timestamp>,
}

/// A replay and its progress.
#[derive(Serialize, ToSchema)]
#[schema(as = Replay)]
pub(crate) struct ReplayShown {
    #[schema(value_type = ReplayName)]
    id: String,
    #[schema(value_type = SubscriptionName)]
    subscription_id: String,
    /// `running`, `paused`, `completed` (everything is queued), `cancelled` or `failed`.
    #[schema(value_type = ReplayStateName)]
    state: &'static str,
    /// Why the replay was paused or failed without a request.
    reason: Option<String>,
    #[serde(flatten)]
    selection: SelectionShown,
    /// Maximum number of deliveries queued per second.
    rate: Option<u32>,
    /// Number of deliveries that the replay selected when it was created.
    count: u64,
    /// True when counting ended early: the replay selects at least `count`.
    count_is_lower_bound: bool,
    /// Deliveries queued so far.
    queued: u64,
    /// Selected deliveries that could not be queued, because they changed or were removed in the meantime.
    skipped: u64,
    position: PositionShown,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
}

impl From<&Replay> for ReplayShown {
    fn from(replay: &Replay) -> Self {
        Self {
            id: replay.id.to_string(),
            subscription_id: replay.subscription.to_string(),
            state: replay.state.name(),
            reason: replay.reason.clone(),
            selection: SelectionShown::new(&replay.selection),
            rate: replay.rate,
            count: replay.found,
            count_is_lower_bound: replay.is_found_capped,
            queued: replay.queued,
            skipped: replay.skipped,
            position: PositionShown {
                part: match replay.position {
                    ReplayPosition::Deliveries(_) => "deliveries",
                    ReplayPosition::Missed(_) => MISSED,
                },
                reached_at: replay.position.reached_at(),
            },
            created_at: replay.created_at,
            updated_at: replay.updated_at,
            ended_at: replay.ended_at,
        }
    }
}

/// A replay with the deliveries that wait for their turn.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayDetail {
    #[serde(flatten)]
    replay: ReplayShown,
    /// Replayed deliveries of the subscription that wait for their first attempt, of this replay and of others; counted
    /// up to 10,000.
    waiting: u32,
}

impl ReplayDetail {
    pub(super) fn new(replay: &Replay, waiting: u32) -> Self {
        Self { replay: replay.into(), waiting }
    }
}

/// A delivery that a replay would send.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplaySampleShown {
    event_id: String,
    #[schema(value_type = EventTypeName)]
    event_type: EventType,
    /// Null for an event that has no delivery to the subscription.
    #[schema(value_type = Option<DeliveryName>)]
    delivery_id: Option<String>,
    /// The delivery's status; `missed` without a delivery.
    status: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl ReplaySampleShown {
    pub(super) fn of_delivery(delivery: &Delivery, ids: IdStyle) -> Self {
        Self {
            event_id: delivery.public_event_id(ids),
            event_type: delivery.event_type.clone(),
            delivery_id: Some(delivery.id.to_string()),
            status: status_name(delivery.status),
            created_at: delivery.created_at(),
        }
    }

    pub(super) fn of_event(event: &Event, ids: IdStyle) -> Self {
        Self {
            event_id: event.public_id(ids),
            event_type: event.event_type.clone(),
            delivery_id: None,
            status: MISSED,
            created_at: event.id.made_at(),
        }
    }
}

/// The result of a dry run.
#[derive(Serialize, ToSchema)]
#[schema(as = ReplayPreview)]
pub(crate) struct PreviewShown {
    /// Always true.
    dry_run: bool,
    #[schema(value_type = SubscriptionName)]
    subscription_id: String,
    #[serde(flatten)]
    selection: SelectionShown,
    /// Number of deliveries that the replay would send: the sum of `deliveries` and `missed`.
    count: u64,
    /// True when counting ended early, after 100,000 candidates: the replay would send at least `count`.
    count_is_lower_bound: bool,
    /// Deliveries that would be sent again.
    deliveries: u32,
    /// Events without a delivery that would get one.
    missed: u32,
    /// The oldest ten.
    #[schema(max_items = 10)]
    sample: Vec<ReplaySampleShown>,
}

impl PreviewShown {
    pub(super) fn new(
        subscription_id: String,
        selection: &ReplaySelection,
        counted: &ReplayCount,
        sample: Vec<ReplaySampleShown>,
    ) -> Self {
        Self {
            dry_run: true,
            subscription_id,
            selection: SelectionShown::new(selection),
            count: u64::from(counted.deliveries) + u64::from(counted.missed),
            count_is_lower_bound: counted.is_capped,
            deliveries: counted.deliveries,
            missed: counted.missed,
            sample,
        }
    }
}
