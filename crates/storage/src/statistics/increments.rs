//! The increments of one transaction.

use crate::{NewDelivery, Outcome};
use model::{
    DeliveryId, DeliveryStatus, EventType, SubscriptionId, TenantId, Timestamp,
    delivery::{EndStatus, Next},
    statistics::{Counts, Hour, Malformed, Reader, Writer},
};
use std::collections::BTreeMap;

/// The subscription of the rows with a tenant's totals; their event type is empty.
pub const TOTALS: SubscriptionId = SubscriptionId::from_bytes([0; 16]);

/// The key of a row, in the order of the primary key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatisticsKey {
    pub tenant: TenantId,
    pub hour: Hour,
    pub subscription: SubscriptionId,
    pub event_type: EventType,
}

/// The deliveries that the increments are about.
type Of<'a> = (&'a TenantId, SubscriptionId, &'a EventType);

/// Increments by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatisticsCounts(BTreeMap<StatisticsKey, Counts>);

/// Version of the encoding.
const VERSION: u64 = 1;

impl StatisticsCounts {
    fn at(&mut self, (tenant, subscription, event_type): Of<'_>, at: Timestamp) -> &mut Counts {
        let (tenant, event_type) = (tenant.clone(), event_type.clone());
        self.0.entry(StatisticsKey { tenant, hour: Hour::of(at), subscription, event_type }).or_default()
    }

    /// Counts new deliveries of one event.
    pub fn add_created(&mut self, tenant: &TenantId, event_type: &EventType, deliveries: &[NewDelivery]) {
        for NewDelivery { id, subscription } in deliveries {
            self.add_one_created((tenant, *subscription, event_type), *id);
        }
    }

    pub fn add_one_created(&mut self, of: Of<'_>, id: DeliveryId) {
        self.at(of, id.made_at()).created += 1;
    }

    /// Adds `by` to the deliveries that ended with this status at this time; nothing for a waiting delivery.
    pub fn add_ended(&mut self, of: Of<'_>, (status, at): (DeliveryStatus, Timestamp), by: i64) {
        if !status.is_waiting() {
            self.at(of, at).add_ended(status, by);
        }
    }

    /// Counts the attempt of an outcome, unless it made no request.
    pub fn add_attempt(&mut self, outcome: &Outcome) {
        if outcome.next != Next::End(EndStatus::Cancelled) {
            let of = (&outcome.tenant, outcome.subscription, &outcome.event_type);
            self.at(of, outcome.attempt.started_at).add_attempt(&outcome.attempt, outcome.next);
        }
    }

    pub fn retain_tenants(&mut self, keep: impl Fn(&TenantId) -> bool) {
        self.0.retain(|key, _| keep(&key.tenant));
    }

    pub fn merge(&mut self, other: Self) {
        for (key, counts) in other.0 {
            self.add(key, &counts);
        }
    }

    pub fn add(&mut self, key: StatisticsKey, counts: &Counts) {
        self.0.entry(key).or_default().merge(counts);
    }

    /// Adds the totals of each tenant and hour.
    #[must_use]
    pub fn with_totals(mut self) -> Self {
        let mut totals = Self::default();
        for (key, counts) in &self.0 {
            let (tenant, hour, event_type) = (key.tenant.clone(), key.hour, EventType::trusted(""));
            totals.add(StatisticsKey { tenant, hour, subscription: TOTALS, event_type }, counts);
        }
        self.merge(totals);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&StatisticsKey, &Counts)> {
        self.0.iter()
    }

    pub fn into_rows(self) -> impl Iterator<Item = (StatisticsKey, Counts)> {
        self.0.into_iter()
    }

    /// The form of a pending row.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.number(VERSION);
        for (key, counts) in &self.0 {
            writer.text(key.tenant.as_str());
            writer.signed(i64::from(key.hour.number()));
            writer.bytes(key.subscription.bytes());
            writer.text(key.event_type.as_str());
            counts.write(&mut writer);
        }
        writer.into_bytes()
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let (mut reader, mut all) = (Reader::new(bytes), Self::default());
        if reader.number()? != VERSION {
            return Err(Malformed);
        }
        while !reader.is_empty() {
            let tenant = TenantId::trusted(reader.text()?);
            let hour = Hour::from_number(i32::try_from(reader.signed()?).map_err(|_| Malformed)?);
            let subscription = reader.bytes(16)?.try_into().map_err(|_| Malformed)?;
            let subscription = SubscriptionId::from_bytes(subscription);
            let event_type = EventType::trusted(reader.text()?);
            all.add(StatisticsKey { tenant, hour, subscription, event_type }, &Counts::read(&mut reader)?);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> StatisticsCounts {
        let (acme, globex) = (TenantId::trusted("acme"), TenantId::trusted("globex"));
        let (paid, sent) = (EventType::trusted("invoice.paid"), EventType::trusted("invoice.sent"));
        let to = SubscriptionId::from_bytes([7; 16]);
        let id = DeliveryId::from_bytes([1; 16]);
        let mut counts = StatisticsCounts::default();
        counts.add_created(&acme, &paid, &[NewDelivery { id, subscription: to }; 3]);
        counts.add_ended((&acme, to, &sent), (DeliveryStatus::Failed, id.made_at()), 2);
        counts.add_ended((&acme, to, &sent), (DeliveryStatus::Pending, id.made_at()), 1);
        counts.add_ended((&globex, to, &paid), (DeliveryStatus::Failed, Timestamp::from_micros(-5)), -1);
        counts
    }

    #[test]
    fn increments_are_read_back() {
        assert_eq!(StatisticsCounts::decode(&sample().encode()), Ok(sample()));
        assert_eq!(StatisticsCounts::decode(&[]), Err(Malformed));
        assert_eq!(StatisticsCounts::decode(&[2]), Err(Malformed));
    }

    #[test]
    fn totals_are_of_a_tenant_and_an_hour() {
        let all = sample().with_totals();
        let totals: Vec<_> = all.iter().filter(|(key, _)| key.subscription == TOTALS).collect();
        assert_eq!((totals.len(), all.len()), (2, 5));
        let acme = totals[0].1;
        assert_eq!((acme.created, acme.ended_as(DeliveryStatus::Failed)), (3, 2));
    }

    proptest! {
        #[test]
        fn any_bytes_are_increments_or_refused(mut bytes: Vec<u8>) {
            bytes.insert(0, 1);
            let _ = StatisticsCounts::decode(&bytes);
        }

        #[test]
        fn damaged_increments_are_read_or_refused(at: prop::sample::Index, bit in 0..8) {
            let mut bytes = sample().encode();
            let at = at.index(bytes.len());
            bytes[at] ^= 1u8 << bit;
            let _ = StatisticsCounts::decode(&bytes);
        }
    }
}
