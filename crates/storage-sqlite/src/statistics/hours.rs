//! The rows of hours.

use crate::{cells::Cells, error::sqlite, query};
use model::{
    EventType, Timestamp,
    statistics::{Counts, Hour, Sketch},
};
use rusqlite::{CachedStatement, Connection, Row, functions::FunctionFlags, params};
use storage::{StatisticsKey, StorageError};

pub(super) const COLUMNS: &str = "s.tenant_id AS tenant_id, s.hour AS hour, s.subscription_id AS subscription_id,
    s.event_type AS event_type, s.created AS created, s.delivered AS delivered, s.failed AS failed,
    s.exhausted AS exhausted, s.disabled AS disabled, s.cancelled AS cancelled, s.attempts AS attempts,
    s.failed_attempts AS failed_attempts, s.retries AS retries, s.events AS events, s.filtered AS filtered, s.first_at AS first_at, s.last_at AS last_at,
    s.latency AS latency";

const PUT: &str = "INSERT INTO statistics (tenant_id, hour, subscription_id, event_type, created, delivered,
    failed, exhausted, disabled, cancelled, attempts, failed_attempts, retries, first_at, last_at, latency, events,
    filtered) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";

pub(super) fn read(row: &Row<'_>) -> Result<(StatisticsKey, Counts), StorageError> {
    let cells = Cells::statistics(row);
    let key = StatisticsKey {
        tenant: cells.tenant("tenant_id")?,
        hour: Hour::from_number(cells.get("hour")?),
        subscription: cells.subscription_id("subscription_id")?,
        event_type: EventType::trusted(cells.text("event_type")?),
    };
    let mut ended = [0; 5];
    for (count, column) in ended.iter_mut().zip(["delivered", "failed", "exhausted", "disabled", "cancelled"]) {
        *count = cells.get(column)?;
    }
    let latency = Sketch::decode(cells.blob("latency")?).map_err(|fault| cells.corrupt("latency", fault))?;
    let counts = Counts {
        events: cells.get("events")?,
        filtered: cells.get("filtered")?,
        created: cells.get("created")?,
        ended,
        attempts: cells.get("attempts")?,
        failed_attempts: cells.get("failed_attempts")?,
        retries: cells.get("retries")?,
        latency,
        first_at: cells.time_or_none("first_at")?,
        last_at: cells.time_or_none("last_at")?,
    };
    Ok((key, counts))
}

/// Adds to a row, in one statement: the database merges the sketches.
const ADD: &str = "INSERT INTO statistics (tenant_id, hour, subscription_id, event_type, created, delivered, failed,
    exhausted, disabled, cancelled, attempts, failed_attempts, retries, first_at, last_at, latency, events, filtered)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
    ON CONFLICT (tenant_id, hour, subscription_id, event_type) DO UPDATE SET created = created + ?5,
    delivered = delivered + ?6, failed = failed + ?7, exhausted = exhausted + ?8, disabled = disabled + ?9,
    cancelled = cancelled + ?10, attempts = attempts + ?11, failed_attempts = failed_attempts + ?12,
    retries = retries + ?13, first_at = min(coalesce(first_at, ?14), coalesce(?14, first_at)),
    last_at = max(coalesce(last_at, ?15), coalesce(?15, last_at)), latency = merge_latency(latency, ?16),
    events = events + ?17, filtered = filtered + ?18";

/// Defines the function `merge_latency`, which merges two sketches.
pub(crate) fn define_merge(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("merge_latency", 2, flags, |values| {
        let (known, added) = (values.get_raw(0).as_blob()?, values.get_raw(1).as_blob()?);
        if added.is_empty() || known.is_empty() {
            return Ok(if added.is_empty() { known } else { added }.to_vec());
        }
        let sketch = |bytes| Sketch::decode(bytes).map_err(|fault| rusqlite::Error::UserFunctionError(fault.into()));
        let mut sum = sketch(known)?;
        sum.merge(&sketch(added)?);
        Ok(sum.encode())
    })
}

/// Reads and writes single rows.
pub(super) struct Hours<'c> {
    find: CachedStatement<'c>,
    put: CachedStatement<'c>,
    add: CachedStatement<'c>,
}

impl<'c> Hours<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> Result<Self, StorageError> {
        let find = format!(
            "SELECT {COLUMNS} FROM statistics s
             WHERE s.tenant_id = ?1 AND s.hour = ?2 AND s.subscription_id = ?3 AND s.event_type = ?4"
        );
        let find = connection.prepare_cached(&find).map_err(sqlite)?;
        let (put, add) = (connection.prepare_cached(PUT), connection.prepare_cached(ADD));
        Ok(Self { find, put: put.map_err(sqlite)?, add: add.map_err(sqlite)? })
    }

    pub(super) fn find(&mut self, key: &StatisticsKey) -> Result<Option<Counts>, StorageError> {
        let values = (key.tenant.as_str(), key.hour.number(), key.subscription.bytes(), key.event_type.as_str());
        Ok(query::first(&mut self.find, values, read)?.map(|(_, counts)| counts))
    }

    pub(super) fn put(&mut self, key: &StatisticsKey, counts: &Counts) -> Result<(), StorageError> {
        write(&mut self.put, key, counts).map_err(sqlite)
    }

    /// Adds to a row.
    pub(super) fn add(&mut self, key: &StatisticsKey, counts: &Counts) -> Result<(), StorageError> {
        // As when a delivery ended and was sent again within one batch.
        if *counts == Counts::default() {
            return Ok(());
        }
        match write(&mut self.add, key, counts) {
            Ok(()) => Ok(()),
            // The row is damaged: reading it says where.
            Err(fault) => self.find(key).and(Err(sqlite(fault))),
        }
    }
}

fn write(statement: &mut CachedStatement<'_>, key: &StatisticsKey, counts: &Counts) -> rusqlite::Result<()> {
    let [delivered, failed, exhausted, disabled, cancelled] = counts.ended;
    let values = params![
        key.tenant.as_str(),
        key.hour.number(),
        key.subscription.bytes(),
        key.event_type.as_str(),
        counts.created,
        delivered,
        failed,
        exhausted,
        disabled,
        cancelled,
        counts.attempts,
        counts.failed_attempts,
        counts.retries,
        counts.first_at.map(Timestamp::micros),
        counts.last_at.map(Timestamp::micros),
        counts.latency.encode(),
        counts.events,
        counts.filtered,
    ];
    statement.execute(values).map(drop)
}
