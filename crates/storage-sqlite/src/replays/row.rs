//! Rows of replays.

use crate::{cells::Cells, error::sqlite, query};
use model::{Replay, ReplayId, ReplayPosition, ReplaySelection, ReplayState, TenantId};
use rusqlite::{Connection, Row};
use storage::{StorageError, codec};

pub(super) const COLUMNS: &str =
    "tenant_id, id, subscription_id, statuses, event_types, missed, after_at, before_at, rate,
    state, reason, found, found_capped, queued, skipped, part, place, created_at, updated_at, ended_at";

pub(super) fn read(row: &Row<'_>) -> Result<Replay, StorageError> {
    let cells = Cells::replays(row);
    let place: Option<[u8; 16]> = cells.get("place")?;
    Ok(Replay {
        id: ReplayId::from_bytes(cells.get("id")?),
        tenant: cells.tenant("tenant_id")?,
        subscription: cells.subscription_id("subscription_id")?,
        selection: ReplaySelection {
            statuses: cells.parsed("statuses", codec::statuses)?,
            event_types: cells.parsed("event_types", codec::patterns)?,
            missed: cells.parsed("missed", codec::patterns)?,
            after: cells.time_or_none("after_at")?,
            before: cells.time("before_at")?,
        },
        rate: cells.get("rate")?,
        state: cells.code("state", ReplayState::from_code)?,
        reason: cells.get("reason")?,
        found: cells.get("found")?,
        is_found_capped: cells.flag("found_capped")?,
        queued: cells.get("queued")?,
        skipped: cells.get("skipped")?,
        position: cells.code("part", |part| ReplayPosition::from_parts(part, place))?,
        created_at: cells.time("created_at")?,
        updated_at: cells.time("updated_at")?,
        ended_at: cells.time_or_none("ended_at")?,
    })
}

pub(super) fn find(connection: &Connection, tenant: &TenantId, id: ReplayId) -> Result<Option<Replay>, StorageError> {
    let sql = format!("SELECT {COLUMNS} FROM replays WHERE tenant_id = ?1 AND id = ?2");
    let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
    query::first(&mut statement, (tenant.as_str(), id.bytes()), read)
}
