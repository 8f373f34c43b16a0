//! Rows of replays.

use crate::cells::Cells;
use model::{Replay, ReplayId, ReplayPosition, ReplaySelection, ReplayState};
use storage::{StorageError, codec};
use tokio_postgres::Row;
use uuid::Uuid;

pub(super) const COLUMNS: &str =
    "tenant_id, id, subscription_id, statuses, event_types, missed, after_at, before_at, rate,
    state, reason, found, found_capped, queued, skipped, part, place, created_at, updated_at, ended_at";

pub(super) fn read(row: &Row) -> Result<Replay, StorageError> {
    let cells = Cells::replays(row);
    let place = cells.get::<Option<Uuid>>("place").map(Uuid::into_bytes);
    Ok(Replay {
        id: ReplayId::from_uuid(cells.get("id")),
        tenant: cells.tenant("tenant_id"),
        subscription: cells.subscription_id("subscription_id"),
        selection: ReplaySelection {
            statuses: cells.parsed("statuses", codec::statuses)?,
            event_types: cells.parsed("event_types", codec::patterns)?,
            missed: cells.parsed("missed", codec::patterns)?,
            after: cells.time_or_none("after_at"),
            before: cells.time("before_at"),
        },
        rate: cells.number_or_none::<i32, u32>("rate")?,
        state: cells.code("state", ReplayState::from_code)?,
        reason: cells.get("reason"),
        found: cells.number::<i64, u64>("found")?,
        is_found_capped: cells.get("found_capped"),
        queued: cells.number::<i64, u64>("queued")?,
        skipped: cells.number::<i64, u64>("skipped")?,
        position: cells.code("part", |part| ReplayPosition::from_parts(part, place))?,
        created_at: cells.time("created_at"),
        updated_at: cells.time("updated_at"),
        ended_at: cells.time_or_none("ended_at"),
    })
}
