//! The rows of hours.

use crate::{
    cells::Cells,
    connect::{Fault, Tx, params},
};
use const_format::formatcp;
use model::{
    EventType, Timestamp,
    statistics::{Counts, Hour, Sketch},
};
use std::collections::BTreeMap;
use storage::{StatisticsCounts, StatisticsKey, StorageError};
use tokio_postgres::{
    Row,
    types::{ToSql, Type},
};
use uuid::Uuid;

pub(super) const COLUMNS: &str = "s.tenant_id, s.hour, s.subscription_id, s.event_type, s.created, s.delivered,
    s.failed, s.exhausted, s.disabled, s.cancelled, s.attempts, s.failed_attempts, s.retries, s.events,
    s.filtered, s.first_at, s.last_at, s.latency";

const INSERT: &str = "INSERT INTO postrider.statistics AS s (tenant_id, hour, subscription_id, event_type, created,
    delivered, failed, exhausted, disabled, cancelled, attempts, failed_attempts, retries, events,
    filtered, first_at, last_at, latency)
    SELECT * FROM unnest($1::text[], $2::integer[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
        $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
        $15::bigint[], $16::bigint[], $17::bigint[], $18::bytea[])";

/// Inserts rows that do not exist yet.
const KEEP: &str = formatcp!("{INSERT} ON CONFLICT DO NOTHING");
/// Writes rows whose counts include those of the existing rows.
pub(crate) const PUT: &str = formatcp!(
    "{INSERT} ON CONFLICT (tenant_id, hour, subscription_id, event_type) DO UPDATE SET created = excluded.created,
    delivered = excluded.delivered, failed = excluded.failed, exhausted = excluded.exhausted,
    disabled = excluded.disabled, cancelled = excluded.cancelled, attempts = excluded.attempts,
    failed_attempts = excluded.failed_attempts, retries = excluded.retries, events = excluded.events,
    filtered = excluded.filtered, first_at = excluded.first_at,
    last_at = excluded.last_at, latency = excluded.latency"
);

const FIND: &str = formatcp!(
    "SELECT {COLUMNS} FROM unnest($1::text[], $2::integer[], $3::uuid[], $4::text[])
        AS n (tenant_id, hour, subscription_id, event_type)
    JOIN postrider.statistics s ON s.tenant_id = n.tenant_id AND s.hour = n.hour
        AND s.subscription_id = n.subscription_id AND s.event_type = n.event_type"
);

pub(super) fn read(row: &Row) -> Result<(StatisticsKey, Counts), StorageError> {
    let cells = Cells::statistics(row);
    let key = StatisticsKey {
        tenant: cells.tenant("tenant_id"),
        hour: Hour::from_number(cells.get("hour")),
        subscription: cells.subscription_id("subscription_id"),
        event_type: EventType::trusted(cells.get("event_type")),
    };
    let latency = Sketch::decode(cells.get("latency")).map_err(|fault| cells.corrupt("latency", fault))?;
    let number = |column| cells.number::<i64, u64>(column);
    let counts = Counts {
        events: number("events")?,
        filtered: number("filtered")?,
        created: number("created")?,
        ended: ["delivered", "failed", "exhausted", "disabled", "cancelled"].map(|column| cells.get(column)),
        attempts: number("attempts")?,
        failed_attempts: number("failed_attempts")?,
        retries: number("retries")?,
        latency,
        first_at: cells.time_or_none("first_at"),
        last_at: cells.time_or_none("last_at"),
    };
    Ok((key, counts))
}

/// Rows of one statement, column by column.
#[derive(Default)]
pub(super) struct Rows<'v> {
    tenants: Vec<&'v str>,
    hours: Vec<i32>,
    subscriptions: Vec<Uuid>,
    types: Vec<&'v str>,
    /// Created, the ended ones by status, attempts, failed attempts, retries, events, filtered.
    numbers: [Vec<i64>; 11],
    first: Vec<Option<i64>>,
    last: Vec<Option<i64>>,
    latency: Vec<Vec<u8>>,
}

impl<'v> Rows<'v> {
    pub(super) fn push(&mut self, key: &'v StatisticsKey, counts: &Counts) {
        let big = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let [delivered, failed, exhausted, disabled, cancelled] = counts.ended;
        let (created, attempts) = (big(counts.created), big(counts.attempts));
        let (failures, retries) = (big(counts.failed_attempts), big(counts.retries));
        let (events, filtered) = (big(counts.events), big(counts.filtered));
        let ended = [created, delivered, failed, exhausted, disabled, cancelled];
        let numbers = ended.into_iter().chain([attempts, failures, retries, events, filtered]);
        self.tenants.push(key.tenant.as_str());
        self.hours.push(key.hour.number());
        self.subscriptions.push(key.subscription.uuid());
        self.types.push(key.event_type.as_str());
        self.numbers.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
        self.first.push(counts.first_at.map(Timestamp::micros));
        self.last.push(counts.last_at.map(Timestamp::micros));
        self.latency.push(counts.latency.encode());
    }

    fn values(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        let keys: &[(&(dyn ToSql + Sync), Type)] = params![
            self.tenants => TEXT_ARRAY, self.hours => INT4_ARRAY, self.subscriptions => UUID_ARRAY,
            self.types => TEXT_ARRAY,
        ];
        let numbers = self.numbers.iter().map(|column| (column as &(dyn ToSql + Sync), Type::INT8_ARRAY));
        let rest: &[(&(dyn ToSql + Sync), Type)] =
            params![self.first => INT8_ARRAY, self.last => INT8_ARRAY, self.latency => BYTEA_ARRAY];
        keys.iter().cloned().chain(numbers).chain(rest.iter().cloned()).collect()
    }

    /// Inserts the rows that do not exist yet.
    pub(super) async fn insert(&self, tx: &Tx) -> Result<(), Fault> {
        tx.query(KEEP, &self.values()).await.map(drop)
    }
}

/// Adds counts to their rows. The caller holds the lock of all writers of rows.
pub(super) async fn add(tx: &Tx, added: &StatisticsCounts) -> Result<(), Fault> {
    let added: Vec<(&StatisticsKey, &Counts)> =
        added.iter().filter(|(_, counts)| **counts != Counts::default()).collect();
    if added.is_empty() {
        return Ok(());
    }
    let tenants: Vec<&str> = added.iter().map(|(key, _)| key.tenant.as_str()).collect();
    let hours: Vec<i32> = added.iter().map(|(key, _)| key.hour.number()).collect();
    let subscriptions: Vec<Uuid> = added.iter().map(|(key, _)| key.subscription.uuid()).collect();
    let types: Vec<&str> = added.iter().map(|(key, _)| key.event_type.as_str()).collect();
    let keys = params![
        tenants => TEXT_ARRAY, hours => INT4_ARRAY, subscriptions => UUID_ARRAY, types => TEXT_ARRAY,
    ];
    let mut known: BTreeMap<StatisticsKey, Counts> = BTreeMap::new();
    for row in tx.query(FIND, keys).await? {
        let (key, counts) = read(&row)?;
        known.insert(key, counts);
    }
    let mut rows = Rows::default();
    for (key, counts) in added {
        match known.get_mut(key) {
            Some(sum) => {
                sum.merge(counts);
                rows.push(key, sum);
            }
            None => rows.push(key, counts),
        }
    }
    tx.query(PUT, &rows.values()).await.map(drop)
}
