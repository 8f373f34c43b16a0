//! Increments of changes to single deliveries, read from their rows. The journal knows what it counts without this.

use crate::{cells::Cells, error::sqlite, query};
use model::{DeliveryId, DeliveryStatus, EventType, SubscriptionId, TenantId, Timestamp};
use rusqlite::Transaction;
use storage::{StatisticsCounts, StorageError};

const ROW: &str = "SELECT d.tenant_id AS tenant_id, d.id AS id, d.subscription_id AS subscription_id,
    d.status AS status, d.updated_at AS updated_at, (SELECT e.event_type FROM events e
    WHERE e.tenant_id = d.tenant_id AND e.id = substr(d.id, 1, 14)) AS event_type
    FROM deliveries d WHERE d.tenant_id = ?1 AND d.id = ?2";

/// A delivery as its statistics see it.
pub(crate) struct Counted {
    pub(crate) subscription: SubscriptionId,
    pub(crate) event_type: EventType,
    pub(crate) status: DeliveryStatus,
    pub(crate) at: Timestamp,
}

pub(crate) fn find(tx: &Transaction<'_>, tenant: &TenantId, id: DeliveryId) -> Result<Option<Counted>, StorageError> {
    let mut statement = tx.prepare_cached(ROW).map_err(sqlite)?;
    query::first(&mut statement, (tenant.as_str(), id.bytes()), |row| {
        let cells = Cells::deliveries(row);
        Ok(Counted {
            subscription: cells.subscription_id("subscription_id")?,
            event_type: EventType::trusted(cells.text("event_type")?),
            status: cells.code("status", DeliveryStatus::from_code)?,
            at: cells.time("updated_at")?,
        })
    })
}

impl Counted {
    /// Adds `by` to the deliveries that ended as this one did.
    pub(crate) fn add_to(&self, counts: &mut StatisticsCounts, tenant: &TenantId, by: i64) {
        counts.add_ended((tenant, self.subscription, &self.event_type), (self.status, self.at), by);
    }
}

/// Increments of a transaction that changes deliveries of one tenant.
pub(crate) struct Changes<'t> {
    tx: &'t Transaction<'t>,
    tenant: &'t TenantId,
    counts: StatisticsCounts,
}

impl<'t> Changes<'t> {
    pub(crate) fn new(tx: &'t Transaction<'_>, tenant: &'t TenantId) -> Self {
        Self { tx, tenant, counts: StatisticsCounts::default() }
    }

    /// Runs a change of a delivery that may have ended; returns its result, the number of changed rows.
    pub(crate) fn of(
        &mut self,
        id: DeliveryId,
        change: impl FnOnce() -> rusqlite::Result<usize>,
    ) -> Result<usize, StorageError> {
        let before = find(self.tx, self.tenant, id)?;
        let changed = change().map_err(sqlite)?;
        if let (1.., Some(before)) = (changed, before) {
            before.add_to(&mut self.counts, self.tenant, -1);
            self.ended(id)?;
        }
        Ok(changed)
    }

    /// Called after a change that ended a waiting delivery.
    pub(crate) fn ended(&mut self, id: DeliveryId) -> Result<(), StorageError> {
        if let Some(found) = find(self.tx, self.tenant, id)? {
            found.add_to(&mut self.counts, self.tenant, 1);
        }
        Ok(())
    }

    /// Called after the insertion of a delivery.
    pub(crate) fn created(&mut self, id: DeliveryId) -> Result<(), StorageError> {
        if let Some(found) = find(self.tx, self.tenant, id)? {
            self.counts.add_one_created((self.tenant, found.subscription, &found.event_type), id);
        }
        Ok(())
    }

    pub(crate) fn write(self) -> Result<(), StorageError> {
        super::pending::pend(self.tx, &self.counts)
    }
}
