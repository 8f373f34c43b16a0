//! Marks in long lists: every so many rows the writer notes an id and how many rows there are since the mark before it.
//! A page far down is then found by adding up marks instead of walking past every row.
//!
//! Counts are kept in memory between two marks, and counted anew from the last mark after a start or a fault.

use crate::error::sqlite;
use model::{EventType, SubscriptionId, TenantId};
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;
use storage::StorageError;

/// Rows between two marks, about.
pub(crate) const EVERY: u32 = 2_048;
/// Lists whose counts are kept in memory, at most; then all are counted anew.
const LISTS: usize = 100_000;

/// A list that is long and has no filter but this.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum List {
    Deliveries,
    DeliveriesOf(SubscriptionId),
    Events,
    EventsOf(EventType),
}

impl List {
    fn key(&self) -> Vec<u8> {
        match self {
            Self::Deliveries => vec![0],
            Self::DeliveriesOf(subscription) => [&[1], &subscription.bytes()[..]].concat(),
            Self::Events => vec![2],
            Self::EventsOf(event_type) => [&[3], event_type.as_str().as_bytes()].concat(),
        }
    }

    /// How many rows it has between two ids (exclusive), counted up to a limit. `?1` is the tenant, `?2` and `?3` the
    /// ids, `?4` the limit, `?5` what narrows it.
    fn count(&self) -> &'static str {
        match self {
            Self::Deliveries => {
                "SELECT count(*) FROM (SELECT 1 FROM deliveries
                 WHERE tenant_id = ?1 AND id > ?2 AND id < ?3 AND ?5 IS NULL LIMIT ?4)"
            }
            Self::DeliveriesOf(_) => {
                "SELECT count(*) FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_by_subscription
                 WHERE tenant_id = ?1 AND subscription_id = ?5 AND id > ?2 AND id < ?3 LIMIT ?4)"
            }
            Self::Events => {
                "SELECT count(*) FROM (SELECT 1 FROM events NOT INDEXED
                 WHERE tenant_id = ?1 AND id > ?2 AND id < ?3 AND ?5 IS NULL LIMIT ?4)"
            }
            Self::EventsOf(_) => {
                "SELECT count(*) FROM (SELECT 1 FROM events INDEXED BY events_by_type
                 WHERE tenant_id = ?1 AND event_type = ?5 AND id > ?2 AND id < ?3 LIMIT ?4)"
            }
        }
    }

    fn rows_between(
        &self,
        connection: &Connection,
        tenant: &TenantId,
        above: &[u8],
        below: &[u8],
        limit: u32,
    ) -> rusqlite::Result<u32> {
        use rusqlite::types::ValueRef;
        let narrow = match self {
            Self::Deliveries | Self::Events => ValueRef::Null,
            Self::DeliveriesOf(subscription) => ValueRef::Blob(subscription.bytes()),
            Self::EventsOf(event_type) => ValueRef::Text(event_type.as_str().as_bytes()),
        };
        let narrow = rusqlite::types::ToSqlOutput::Borrowed(narrow);
        let mut statement = connection.prepare_cached(self.count())?;
        statement.query_row((tenant.as_str(), above, below, limit, narrow), |row| row.get(0))
    }
}

/// What is known of a list's end.
#[derive(Debug)]
struct End {
    /// The last mark's id; empty when there is none.
    mark: Vec<u8>,
    newest: Vec<u8>,
    /// Rows after that mark; `None` when there are so many that nobody counted.
    rows: Option<u32>,
    added: u32,
}

/// The writer's counts.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    ends: HashMap<TenantId, HashMap<List, End>>,
}

/// Greater than every id.
const LAST: [u8; 17] = [0xff; 17];

impl Marks {
    /// A row with this id is about to be added to the list, in the transaction that `connection` is in.
    pub(crate) fn add(
        &mut self,
        connection: &Connection,
        tenant: &TenantId,
        list: List,
        id: &[u8],
    ) -> Result<(), StorageError> {
        if !self.ends.contains_key(tenant) {
            self.ends.insert(tenant.clone(), HashMap::new());
        }
        let Some(ends) = self.ends.get_mut(tenant) else { return Ok(()) };
        if let Some(end) = ends.get_mut(&list) {
            return end.add(connection, tenant, &list, id).map_err(sqlite);
        }
        let mut end = End::load(connection, tenant, &list).map_err(sqlite)?;
        end.add(connection, tenant, &list, id).map_err(sqlite)?;
        ends.insert(list, end);
        Ok(())
    }

    /// Called between two transactions.
    pub(crate) fn limit(&mut self) {
        if self.ends.values().map(HashMap::len).sum::<usize>() > LISTS {
            self.forget();
        }
    }

    /// What was counted may not have been written.
    pub(crate) fn forget(&mut self) {
        self.ends.clear();
    }

    /// Rows up to this id were removed.
    pub(crate) fn removed(&mut self, tenant: &TenantId, last: &[u8]) {
        if let Some(ends) = self.ends.get_mut(tenant) {
            ends.retain(|_, end| end.mark.as_slice() > last);
        }
    }
}

impl End {
    fn load(connection: &Connection, tenant: &TenantId, list: &List) -> rusqlite::Result<Self> {
        let mark: Option<Vec<u8>> = connection
            .prepare_cached("SELECT max(id) FROM list_marks WHERE tenant_id = ?1 AND list = ?2")?
            .query_row((tenant.as_str(), list.key()), |row| row.get(0))?;
        let mark = mark.unwrap_or_default();
        let rows = list.rows_between(connection, tenant, &mark, &LAST, EVERY + 1)?;
        let rows = (rows <= EVERY).then_some(rows);
        Ok(Self { newest: mark.clone(), mark, rows, added: 0 })
    }

    fn add(&mut self, connection: &Connection, tenant: &TenantId, list: &List, id: &[u8]) -> rusqlite::Result<()> {
        if id < self.mark.as_slice() {
            // Made before the mark, and written after it.
            connection
                .prepare_cached(
                    "UPDATE list_marks SET row_count = row_count + 1 WHERE tenant_id = ?1 AND list = ?2 AND id =
                     (SELECT min(id) FROM list_marks WHERE tenant_id = ?1 AND list = ?2 AND id >= ?3)",
                )?
                .execute((tenant.as_str(), list.key(), id))?;
            return Ok(());
        }
        if self.newest.as_slice() < id {
            self.newest.clear();
            self.newest.extend_from_slice(id);
        }
        self.added += 1;
        let rows = self.rows.map(|rows| rows + self.added);
        if rows.unwrap_or(self.added) < EVERY {
            return Ok(());
        }
        connection
            .prepare_cached("INSERT INTO list_marks (tenant_id, list, id, row_count) VALUES (?1, ?2, ?3, ?4)")?
            .execute((tenant.as_str(), list.key(), &self.newest, rows))?;
        self.mark.clone_from(&self.newest);
        (self.rows, self.added) = (Some(0), 0);
        Ok(())
    }
}

/// Skips `offset` rows of the list down from `below` (exclusive) as far as marks lead: a new bound, and what is left
/// to be skipped from there.
pub(crate) fn skip(
    connection: &Connection,
    tenant: &TenantId,
    list: &List,
    below: &[u8],
    offset: u32,
) -> Result<(Vec<u8>, u32), StorageError> {
    let unskipped = (below.to_vec(), offset);
    if offset <= EVERY {
        return Ok(unskipped);
    }
    walk(connection, tenant, list, below, offset).map(|skipped| skipped.unwrap_or(unskipped)).map_err(sqlite)
}

fn walk(
    connection: &Connection,
    tenant: &TenantId,
    list: &List,
    below: &[u8],
    offset: u32,
) -> rusqlite::Result<Option<(Vec<u8>, u32)>> {
    let mut marks = connection.prepare_cached(
        "SELECT id, row_count FROM list_marks WHERE tenant_id = ?1 AND list = ?2 AND id < ?3 ORDER BY id DESC",
    )?;
    let mut marks = marks.query((tenant.as_str(), list.key(), below))?;
    let Some(first) = marks.next()? else { return Ok(None) };
    let (mut id, mut rows): (Vec<u8>, Option<u32>) = (first.get(0)?, first.get(1)?);
    let above = list.rows_between(connection, tenant, &id, below, offset.saturating_add(1))?;
    if above > offset {
        return Ok(None);
    }
    let mut left = offset - above;
    // A mark's rows can be skipped when there is a mark below them; of the oldest one some may be gone.
    while let (Some(count), Some(older)) = (rows.filter(|count| *count <= left), marks.next()?) {
        left -= count;
        (id, rows) = (older.get(0)?, older.get(1)?);
    }
    // The mark's own row is the next of the list.
    id.push(0);
    Ok(Some((id, left)))
}

/// Forgets the marks before an id: rows below it are about to be removed.
pub(crate) fn cut(connection: &Connection, tenant: &TenantId, before: &[u8]) -> rusqlite::Result<()> {
    let mut lists = connection.prepare_cached("SELECT min(list) FROM list_marks WHERE tenant_id = ?1 AND list > ?2")?;
    let mut delete =
        connection.prepare_cached("DELETE FROM list_marks WHERE tenant_id = ?1 AND list = ?2 AND id < ?3")?;
    let mut last: Vec<u8> = Vec::new();
    while let Some(list) =
        lists.query_row((tenant.as_str(), &last), |row| row.get::<_, Option<Vec<u8>>>(0)).optional()?.flatten()
    {
        delete.execute((tenant.as_str(), &list, before))?;
        last = list;
    }
    Ok(())
}
