//! Increments of changes to single deliveries outside of the journal, from the rows that the changes return.

use super::pend;
use crate::{
    PgStore,
    cells::Cells,
    connect::{Fault, Tx},
};
use model::{DeliveryStatus, EventType, TenantId, Timestamp};
use storage::StatisticsCounts;
use tokio_postgres::Row;

/// Deliveries that were cancelled at `at`: rows with `subscription_id` and `event_type`.
pub(crate) async fn cancelled(
    store: &PgStore,
    tx: &Tx,
    tenant: &TenantId,
    rows: &[Row],
    at: Timestamp,
) -> Result<(), Fault> {
    let mut counts = StatisticsCounts::default();
    for row in rows {
        let cells = Cells::waiting(row);
        let event_type = EventType::trusted(cells.get("event_type"));
        let of = (tenant, cells.subscription_id("subscription_id"), &event_type);
        counts.add_ended(of, (DeliveryStatus::Cancelled, at), 1);
    }
    pend(store, tx, &counts).await
}

/// Deliveries that wait again: rows with `subscription_id`, `event_type`, and the end (`ended_as`, `ended_at`) that no
/// longer counts. Those that were waiting before have the status of a waiting delivery there.
pub(crate) async fn again(store: &PgStore, tx: &Tx, tenant: &TenantId, rows: &[Row]) -> Result<(), Fault> {
    let mut counts = StatisticsCounts::default();
    for row in rows {
        let cells = Cells::deliveries(row);
        let event_type = EventType::trusted(cells.get("event_type"));
        let of = (tenant, cells.subscription_id("subscription_id"), &event_type);
        let status = cells.code("ended_as", DeliveryStatus::from_code)?;
        counts.add_ended(of, (status, cells.time("ended_at")), -1);
    }
    pend(store, tx, &counts).await
}
