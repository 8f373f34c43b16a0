//! Rows of deliveries.

use crate::cells::Cells;
use model::{Delivery, DeliveryStatus, EventType};
use rusqlite::Row;
use storage::StorageError;

pub(crate) const COLUMNS: &str = "d.tenant_id AS tenant_id, d.id AS id, d.subscription_id AS subscription_id,
    d.status AS status, d.attempts AS attempts, d.earlier_attempts AS earlier_attempts,
    d.next_attempt_at AS next_attempt_at, d.updated_at AS updated_at, d.response_code AS response_code,
    d.error AS error, d.duration_us AS duration_us, e.event_type AS event_type, e.given_id AS given_id";

/// Joins the event of a delivery.
pub(crate) const JOIN: &str = "JOIN events e ON e.tenant_id = d.tenant_id AND e.id = substr(d.id, 1, 14)";

pub(crate) fn read(row: &Row<'_>) -> Result<Delivery, StorageError> {
    let cells = Cells::deliveries(row);
    Ok(Delivery {
        id: cells.delivery_id("id")?,
        tenant: cells.tenant("tenant_id")?,
        subscription: cells.subscription_id("subscription_id")?,
        event_type: EventType::trusted(cells.text("event_type")?),
        given_event_id: cells.text_or_none("given_id")?.map(Into::into),
        status: cells.code("status", DeliveryStatus::from_code)?,
        attempts: cells.get("attempts")?,
        earlier_attempts: cells.get("earlier_attempts")?,
        next_attempt_at: cells.time_or_none("next_attempt_at")?,
        updated_at: cells.time("updated_at")?,
        response_code: cells.get("response_code")?,
        error: cells.get("error")?,
        duration: cells.micros_or_none("duration_us")?,
    })
}
