//! Marks in long lists: at regular intervals the writer stores an id and the number of rows since the previous mark. An
//! offset far down is then resolved by adding up marks instead of skipping every row.
//!
//! Counts since the last mark are kept in memory, and recounted from that mark after a start or an error.

use crate::error::sqlite;
use model::{EventType, SubscriptionId, TenantId};
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;
use storage::{ListOrder, StorageError};

/// Approximate number of rows between two marks.
pub(crate) const EVERY: u32 = 2_048;
/// Maximum number of lists with counts in memory; beyond it all counts are dropped and recounted.
const LISTS: usize = 100_000;

/// A list that can be long, with its only filter.
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

    /// Counts the rows between two ids (exclusive), up to a limit. `?1` is the tenant, `?2` and `?3` the ids, `?4` the
    /// limit, `?5` the filter's value.
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

/// State of a list's end.
#[derive(Debug)]
struct End {
    /// Id of the last mark; empty when there is none.
    mark: Vec<u8>,
    newest: Vec<u8>,
    /// Rows after that mark when the list was loaded; `None` when there were too many to count.
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
    /// Counts a row with this id, which is about to be added to the list in the transaction of `connection`.
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

    /// Bounds the memory of the counts; called between two transactions.
    pub(crate) fn limit(&mut self) {
        if self.ends.values().map(HashMap::len).sum::<usize>() > LISTS {
            self.forget();
        }
    }

    /// Drops all counts, because the counted rows may not have been committed.
    pub(crate) fn forget(&mut self) {
        self.ends.clear();
    }

    /// Drops the counts of lists whose last mark is within the removed rows (up to this id).
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
            // Created before the mark, but written after it.
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

/// The range of a list's rows after skipping, and the remaining offset.
pub(crate) struct Skipped {
    /// Inclusive.
    pub(crate) least: Vec<u8>,
    /// Exclusive.
    pub(crate) below: Vec<u8>,
    pub(crate) offset: u32,
}

/// Skips up to `offset` rows of the list within the range (`least`, inclusive, and `below`, exclusive), as far as marks
/// reach.
pub(crate) fn skip(
    connection: &Connection,
    tenant: &TenantId,
    list: &List,
    order: ListOrder,
    (least, below): (&[u8], &[u8]),
    offset: u32,
) -> Result<Skipped, StorageError> {
    let mut skipped = Skipped { least: least.to_vec(), below: below.to_vec(), offset };
    if offset <= EVERY {
        return Ok(skipped);
    }
    match order {
        ListOrder::NewestFirst => {
            if let Some((below, offset)) = walk(connection, tenant, list, below, offset).map_err(sqlite)? {
                (skipped.below, skipped.offset) = (below, offset);
            }
        }
        ListOrder::OldestFirst => {
            if let Some((least, offset)) = walk_up(connection, tenant, list, least, offset).map_err(sqlite)? {
                (skipped.least, skipped.offset) = (least, offset);
            }
        }
    }
    Ok(skipped)
}

/// The same as [`walk`] in the other direction: the new lower bound (inclusive), and the remaining offset.
fn walk_up(
    connection: &Connection,
    tenant: &TenantId,
    list: &List,
    least: &[u8],
    offset: u32,
) -> rusqlite::Result<Option<(Vec<u8>, u32)>> {
    let mut marks = connection.prepare_cached(
        "SELECT id, row_count FROM list_marks WHERE tenant_id = ?1 AND list = ?2 AND id >= ?3 ORDER BY id",
    )?;
    let mut marks = marks.query((tenant.as_str(), list.key(), least))?;
    let Some(first) = marks.next()? else { return Ok(None) };
    let mut id: Vec<u8> = first.get(0)?;
    let rows = list.rows_between(connection, tenant, &before(least), &behind(&id), offset.saturating_add(1))?;
    if rows > offset {
        return Ok(None);
    }
    let mut left = offset - rows;
    while let Some(mark) = marks.next()? {
        let Some(count) = mark.get::<_, Option<u32>>(1)?.filter(|count| *count <= left) else { break };
        left -= count;
        id = mark.get(0)?;
    }
    Ok(Some((behind(&id), left)))
}

/// A bound that lies below an id and above all smaller ones.
fn before(id: &[u8]) -> Vec<u8> {
    let mut whole = [0; 16];
    for (to, from) in whole.iter_mut().zip(id) {
        *to = *from;
    }
    u128::from_be_bytes(whole).checked_sub(1).map(|id| id.to_be_bytes().to_vec()).unwrap_or_default()
}

/// A bound that lies above an id and below all greater ones.
fn behind(id: &[u8]) -> Vec<u8> {
    [id, &[0]].concat()
}

/// Returns the new bound below which the list continues, and the remaining offset.
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
    // A mark's rows can be skipped only if an older mark exists; rows below the oldest mark may have been removed.
    while let (Some(count), Some(older)) = (rows.filter(|count| *count <= left), marks.next()?) {
        left -= count;
        (id, rows) = (older.get(0)?, older.get(1)?);
    }
    // The mark's own row is the next row of the list.
    id.push(0);
    Ok(Some((id, left)))
}

/// Deletes the marks before an id; the rows below it are about to be removed.
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
