//! Increments of the statistics by hour.

use super::Outcomes;
use model::{DeliveryId, DeliveryStatus, EventType, SubscriptionId, TenantId, Timestamp};
use std::collections::HashSet;
use storage::StatisticsCounts;

impl Outcomes<'_> {
    /// Adds the attempts that are written and the deliveries that have ended.
    pub(in crate::journal) fn increments(&self, mut counts: StatisticsCounts) -> StatisticsCounts {
        // Of several attempts of a delivery with one number, the first one is written.
        let mut seen: HashSet<(&TenantId, DeliveryId, u32)> = HashSet::new();
        let has_several = self.all.len() > self.last.len();
        for outcome in self.recorded() {
            if !has_several || seen.insert((&outcome.tenant, outcome.delivery, outcome.attempt.number)) {
                counts.add_attempt(outcome);
            }
        }
        for one in &self.ended {
            let row = one.row();
            let event_type = EventType::trusted(row.event_type);
            let of = (one.tenant, SubscriptionId::from_uuid(row.subscription_id), &event_type);
            let status = u8::try_from(row.status).ok().and_then(DeliveryStatus::from_code);
            if let Some(status) = status {
                counts.add_ended(of, (status, Timestamp::from_micros(row.updated_at)), 1);
            }
        }
        counts.merge(self.corrected.clone());
        counts
    }
}
