//! The increments of one transaction.

use crate::{NewEvent, Outcome};
use model::{
    DeliveryId, DeliveryStatus, EventType, SubscriptionId, TenantId, Timestamp,
    delivery::{EndStatus, Next},
    statistics::{Counts, Hour, Malformed, Reader, Writer},
};
use std::{collections::BTreeMap, sync::LazyLock};

/// The subscription of the rows with a tenant's totals; their event type is empty.
pub const TOTALS: SubscriptionId = SubscriptionId::from_bytes([0; 16]);

/// The event type of those rows; made once, since each event needs it.
static NO_TYPE: LazyLock<EventType> = LazyLock::new(|| EventType::trusted(""));

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

/// Version of the encoding. The first one had neither events nor filtered ones.
const VERSION: u64 = 2;
const FIRST_VERSION: u64 = 1;

impl StatisticsCounts {
    fn at(&mut self, (tenant, subscription, event_type): Of<'_>, at: Timestamp) -> &mut Counts {
        let (tenant, event_type) = (tenant.clone(), event_type.clone());
        self.0.entry(StatisticsKey { tenant, hour: Hour::of(at), subscription, event_type }).or_default()
    }

    /// Counts a new event, its deliveries, and the subscriptions to which it does not go.
    pub fn add_published(&mut self, tenant: &TenantId, new: &NewEvent) {
        let (event_type, at) = (&new.event.event_type, new.event.id.made_at());
        self.at((tenant, TOTALS, &NO_TYPE), at).events += 1;
        for delivery in &new.deliveries {
            self.add_one_created((tenant, delivery.subscription, event_type), delivery.id);
        }
        for subscription in &new.filtered {
            self.at((tenant, *subscription, event_type), at).filtered += 1;
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
        for (key, counts) in self.0.iter().filter(|(key, _)| key.subscription != TOTALS) {
            let (tenant, hour, event_type) = (key.tenant.clone(), key.hour, NO_TYPE.clone());
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
        let is_first = match reader.number()? {
            VERSION => false,
            FIRST_VERSION => true,
            _ => return Err(Malformed),
        };
        while !reader.is_empty() {
            let tenant = TenantId::trusted(reader.text()?);
            let hour = Hour::from_number(i32::try_from(reader.signed()?).map_err(|_| Malformed)?);
            let subscription = reader.bytes(16)?.try_into().map_err(|_| Malformed)?;
            let subscription = SubscriptionId::from_bytes(subscription);
            let event_type = EventType::trusted(reader.text()?);
            all.add(StatisticsKey { tenant, hour, subscription, event_type }, &Counts::read(&mut reader, is_first)?);
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
        (0..3).for_each(|_| counts.add_one_created((&acme, to, &paid), id));
        counts.at((&acme, TOTALS, &EventType::trusted("")), id.made_at()).events += 2;
        counts.at((&acme, to, &paid), id.made_at()).filtered += 1;
        counts.add_ended((&acme, to, &sent), (DeliveryStatus::Failed, id.made_at()), 2);
        counts.add_ended((&acme, to, &sent), (DeliveryStatus::Pending, id.made_at()), 1);
        counts.add_ended((&globex, to, &paid), (DeliveryStatus::Failed, Timestamp::from_micros(-5)), -1);
        counts
    }

    #[test]
    fn increments_are_read_back() {
        assert_eq!(StatisticsCounts::decode(&sample().encode()), Ok(sample()));
        assert_eq!(StatisticsCounts::decode(&[]), Err(Malformed));
        assert_eq!(StatisticsCounts::decode(&[3]), Err(Malformed));
    }

    #[test]
    fn increments_of_the_first_version_are_read() {
        let mut writer = Writer::default();
        writer.number(FIRST_VERSION);
        writer.text("acme");
        writer.signed(-7);
        writer.bytes(&[7; 16]);
        writer.text("invoice.paid");
        // Created, ended by status, attempts.
        writer.number(3);
        (0..5).for_each(|count| writer.signed(count));
        writer.number(0);
        let all = StatisticsCounts::decode(&writer.into_bytes()).unwrap();
        let (key, counts) = all.iter().next().unwrap();
        assert_eq!((key.hour.number(), counts.created, counts.ended), (-7, 3, [0, 1, 2, 3, 4]));
    }

    #[test]
    fn totals_are_of_a_tenant_and_an_hour() {
        let all = sample().with_totals();
        let totals: Vec<_> = all.iter().filter(|(key, _)| key.subscription == TOTALS).collect();
        assert_eq!((totals.len(), all.len()), (2, 5));
        assert_eq!((totals[0].1.events, totals[0].1.filtered), (2, 1));
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
