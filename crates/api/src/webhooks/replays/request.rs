//! The body of a request for a replay, and its checks.

use crate::{
    body::{Patch, boolean, text, texts, whole},
    problem::Problem,
    schemas::{LaxBoolean, PatternName, ReplayStatusName, SubscriptionText, TimeText},
    webhooks::selection,
};
use model::{DeliveryStatus, FieldErrors, ReplaySelection, Subscription, Timestamp, replay::RATE};
use serde::Deserialize;
use utoipa::ToSchema;

/// A replay: what is sent again, to which subscription, and how fast.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ReplayRequest)]
pub(crate) struct ReplayRequest {
    #[schema(value_type = SubscriptionText)]
    pub(super) subscription_id: String,
    /// Only these event types or patterns. With `missed_only` also types that the subscription does not name.
    #[serde(default, deserialize_with = "texts")]
    #[schema(value_type = Option<Vec<PatternName>>, min_items = 1, max_items = 500, example = json!(["invoice.*"]))]
    event_types: Patch<Vec<String>>,
    /// Only events published at or after this time.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<TimeText>)]
    after: Patch<String>,
    /// Only events published before this time. Default and maximum: the time of the request.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<TimeText>)]
    before: Patch<String>,
    /// Only deliveries in one of these states. `failed` includes `exhausted` (dead letters) and `cancelled`; `missed`
    /// stands for events without a delivery to the subscription. Default: `failed` and `disabled`.
    #[serde(default, deserialize_with = "texts")]
    #[schema(value_type = Option<Vec<ReplayStatusName>>, min_items = 1, max_items = 7)]
    statuses: Patch<Vec<String>>,
    /// Only events without a delivery to the subscription: the same as `statuses: ["missed"]`.
    #[serde(default, deserialize_with = "boolean")]
    #[schema(value_type = LaxBoolean, default = false)]
    missed_only: Patch<bool>,
    /// Maximum number of deliveries queued per second. Absent: as many as the receiver takes.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100_000)]
    rate: Patch<i64>,
    /// Only count what the replay would send; nothing is written.
    #[serde(default, deserialize_with = "boolean")]
    #[schema(value_type = LaxBoolean, default = false)]
    dry_run: Patch<bool>,
}

/// Name of events without a delivery among the statuses.
pub(super) const MISSED: &str = "missed";

/// The statuses of a replay, with the states that each stands for. Those of the delivery list have the same meaning.
pub(super) const STATUSES: [(&str, &[DeliveryStatus]); 6] = [
    ("failed", &[DeliveryStatus::Failed, DeliveryStatus::Exhausted, DeliveryStatus::Cancelled]),
    ("exhausted", &[DeliveryStatus::Exhausted]),
    ("cancelled", &[DeliveryStatus::Cancelled]),
    ("disabled", &[DeliveryStatus::Disabled]),
    ("success", &[DeliveryStatus::Delivered]),
    ("retrying", &[DeliveryStatus::Retrying]),
];

/// A checked request.
pub(super) struct Wanted {
    pub(super) selection: ReplaySelection,
    pub(super) rate: Option<u32>,
    pub(super) is_dry_run: bool,
}

impl ReplayRequest {
    /// Checks all fields. `until` is the latest end of the range.
    pub(super) fn check(&self, subscription: &Subscription, until: Timestamp) -> Result<Wanted, Problem> {
        let mut faults = FieldErrors::default();
        let event_types = selection::event_types(&self.event_types, &mut faults);
        let (after, before) = selection::range(&self.after, &self.before, &mut faults);
        let (statuses, has_missed) = self.statuses(&mut faults);
        let rate = match self.rate {
            Patch::Absent | Patch::Null => None,
            Patch::Value(rate) => match u32::try_from(rate).ok().filter(|rate| RATE.contains(rate)) {
                Some(rate) => Some(rate),
                None => {
                    faults
                        .add("rate", format!("must be from {} to {} deliveries per second", RATE.start(), RATE.end()));
                    None
                }
            },
        };
        faults.into_result()?;
        let missed = match (has_missed, event_types.is_empty()) {
            (false, _) => Vec::new(),
            (true, true) => subscription.events.clone(),
            (true, false) => event_types.clone(),
        };
        let event_types = if statuses.is_empty() { Vec::new() } else { event_types };
        let before = before.map_or(until, |before| before.min(until));
        let selection = ReplaySelection { statuses, event_types, missed, after, before };
        Ok(Wanted { selection, rate, is_dry_run: self.dry_run.value().unwrap_or(false) })
    }

    /// The states of deliveries, and whether events without a delivery are wanted.
    fn statuses(&self, faults: &mut FieldErrors) -> (Vec<DeliveryStatus>, bool) {
        let missed_only = self.missed_only.value().unwrap_or(false);
        let Patch::Value(given) = &self.statuses else {
            let statuses = if missed_only { Vec::new() } else { ReplaySelection::STATUSES.to_vec() };
            return (statuses, missed_only);
        };
        if missed_only {
            faults.add("missed_only", "cannot be combined with statuses; name missed among these instead");
        }
        if given.is_empty() {
            faults.add("statuses", "must name at least one status, or be absent");
        }
        // All of them, and missed.
        let most = STATUSES.len() + 1;
        if given.len() > most {
            faults.add("statuses", format!("must name at most {most} statuses"));
        }
        let (mut statuses, mut has_missed) = (Vec::new(), false);
        for name in given {
            if name.eq_ignore_ascii_case(MISSED) {
                has_missed = true;
            } else if let Some((_, states)) = STATUSES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) {
                statuses.extend_from_slice(states);
            } else if name.eq_ignore_ascii_case("pending") {
                faults.add("statuses", "must not name pending: these deliveries are sent without a replay");
            } else {
                let known = STATUSES.map(|(known, _)| known).join(", ");
                faults.add("statuses", format!("{name:?} is unknown; known are {known}, {MISSED}"));
                break;
            }
        }
        statuses.sort_unstable();
        statuses.dedup();
        (statuses, has_missed)
    }
}
