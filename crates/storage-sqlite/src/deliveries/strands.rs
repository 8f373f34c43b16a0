//! Lists of waiting deliveries: a k-way merge.
//!
//! A pending delivery is due since its creation, so each queue, read from one of its ends, is already such a list; delayed
//! deliveries and rare statuses have a range of a partial index each. The first row of each of these strands, and the next
//! one whenever a row was taken, is found by an index look-up.

use super::{
    due,
    fits::{Answered, Values, fits},
    found::Found,
};
use crate::{
    cells::Cells,
    codes,
    error::sqlite,
    order::{direction, follows},
    query,
};
use model::{DeliveryId, DeliveryStatus, Queue, SubscriptionId, TenantId};
use rusqlite::{CachedStatement, Connection, params_from_iter, types::Value};
use std::{cmp::Ordering, collections::BinaryHeap};
use storage::{Bounds, DeliveryFilter, ListOrder, Place, StorageError};

/// A range of an index whose rows are ordered by id.
#[derive(Clone, Debug)]
enum Strand {
    /// Pending deliveries of a queue.
    Queue(TenantId, SubscriptionId, Queue),
    /// Delayed deliveries of a subscription.
    Delayed(TenantId, SubscriptionId),
    /// Ordered deliveries of a subscription for which no attempt was made.
    Ordered(TenantId, SubscriptionId),
    /// A tenant's deliveries with a status, of one subscription or of all.
    Status(TenantId, Option<SubscriptionId>, DeliveryStatus),
    /// All tenants' deliveries with a final status other than delivered.
    Failed(DeliveryStatus),
}

/// The next row of a strand that was not read yet.
struct Head {
    order: ListOrder,
    place: Place<DeliveryId>,
    fits: bool,
    strand: usize,
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        // The greatest head is the first row of the list.
        self.order.compare(&other.place, &self.place).then(self.strand.cmp(&other.strand))
    }
}

/// True when lists of these statuses are merged from strands.
pub(super) fn serves(statuses: &[DeliveryStatus]) -> bool {
    statuses.contains(&DeliveryStatus::Pending) && !statuses.contains(&DeliveryStatus::Delivered)
}

pub(super) fn find<'c>(
    connection: &'c Connection,
    tenant: Option<&TenantId>,
    filter: &DeliveryFilter,
    bounds: &Bounds,
    mut found: Found<'c>,
) -> Result<Found<'c>, StorageError> {
    let strands = strands(connection, tenant, filter)?;
    let mut look_ups = LookUps::prepare(connection, filter, bounds)?;
    let mut heads = BinaryHeap::new();
    for (at, strand) in strands.iter().enumerate() {
        heads.extend(look_ups.head(at, strand, None)?);
    }
    while !found.walk.is_done() {
        let Some(Head { place, fits, strand, .. }) = heads.pop() else {
            found.ended = true;
            break;
        };
        found.look(place.clone(), fits)?;
        heads.extend(look_ups.head(strand, &strands[strand], Some(&place))?);
    }
    Ok(found)
}

/// All strands that a list of these statuses is merged from.
fn strands(
    connection: &Connection,
    tenant: Option<&TenantId>,
    filter: &DeliveryFilter,
) -> Result<Vec<Strand>, StorageError> {
    let mut strands = Vec::new();
    let mut statuses = filter.statuses.clone();
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        match (status, tenant) {
            (DeliveryStatus::Pending, _) => strands.extend(queues(connection, tenant, filter.subscription)?),
            (_, Some(tenant)) => strands.push(Strand::Status(tenant.clone(), filter.subscription, status)),
            (DeliveryStatus::Retrying, None) => {
                strands.extend(tenants(connection)?.into_iter().map(|tenant| Strand::Status(tenant, None, status)));
            }
            (_, None) => strands.push(Strand::Failed(status)),
        }
    }
    Ok(strands)
}

fn queues(
    connection: &Connection,
    tenant: Option<&TenantId>,
    subscription: Option<SubscriptionId>,
) -> Result<Vec<Strand>, StorageError> {
    if let (Some(tenant), Some(subscription)) = (tenant, subscription) {
        return Ok(Queue::ALL.into_iter().filter_map(|queue| pending(tenant.clone(), subscription, queue)).collect());
    }
    let heads = due::heads(connection, tenant)?.into_iter();
    Ok(heads.filter_map(|head| pending(head.tenant, head.subscription, head.queue)).collect())
}

/// The pending deliveries of a queue; `None` when the queue has only deliveries that are retrying.
fn pending(tenant: TenantId, subscription: SubscriptionId, queue: Queue) -> Option<Strand> {
    match queue {
        Queue::High | Queue::Normal | Queue::Low | Queue::Replay => Some(Strand::Queue(tenant, subscription, queue)),
        Queue::Delayed => Some(Strand::Delayed(tenant, subscription)),
        Queue::Ordered => Some(Strand::Ordered(tenant, subscription)),
        Queue::Retry => None,
    }
}

fn tenants(connection: &Connection) -> Result<Vec<TenantId>, StorageError> {
    let mut statement = connection.prepare_cached("SELECT id FROM tenants WHERE deleting = 0").map_err(sqlite)?;
    query::all(&mut statement, [], |row| Cells::tenants(row).tenant("id"))
}

/// Look-ups of the row that follows a place: `?1` tenant, `?2` subscription, `?3` queue or status, `?4` the place's time,
/// `?5` its id, `?6` its tenant.
pub(super) struct Sources {
    pub(super) queue: String,
    pub(super) delayed: String,
    pub(super) ordered: String,
    pub(super) status: String,
    pub(super) status_of: String,
    pub(super) failed: String,
}

impl Sources {
    pub(super) fn new(order: ListOrder) -> Self {
        let (by, follows) = (direction(order), follows(order));
        let next = format!("AND ?4 IS NOT NULL AND d.id {follows} ?5 AND ?6 IS NOT NULL ORDER BY d.id {by} LIMIT 1");
        let (delayed, ordered) = (codes::DELAYED, codes::ORDERED);
        let (troubled, failed) = (codes::TROUBLED, codes::FAILED);
        let edge = match order {
            ListOrder::NewestFirst => "<=",
            ListOrder::OldestFirst => ">=",
        };
        Self {
            queue: format!(
                "FROM deliveries d INDEXED BY deliveries_due
                 WHERE d.tenant_id = ?1 AND d.subscription_id = ?2 AND d.queue = ?3 AND d.next_attempt_at IS NOT NULL
                 AND (d.next_attempt_at, d.id) {follows} (?4, ?5) AND ?6 IS NOT NULL
                 ORDER BY d.next_attempt_at {by}, d.id {by} LIMIT 1"
            ),
            delayed: format!(
                "FROM deliveries d INDEXED BY deliveries_delayed
                 WHERE d.tenant_id = ?1 AND d.subscription_id = ?2 AND ?3 IS NOT NULL AND {delayed} {next}"
            ),
            ordered: format!(
                "FROM deliveries d INDEXED BY deliveries_ordered
                 WHERE d.tenant_id = ?1 AND d.subscription_id = ?2 AND ?3 IS NOT NULL AND {ordered} {next}"
            ),
            status: format!(
                "FROM deliveries d INDEXED BY deliveries_troubled
                 WHERE d.tenant_id = ?1 AND ?2 IS NULL AND d.status = ?3 AND {troubled} {next}"
            ),
            status_of: format!(
                "FROM deliveries d INDEXED BY deliveries_troubled_by_subscription
                 WHERE d.tenant_id = ?1 AND d.subscription_id = ?2 AND d.status = ?3 AND {troubled} {next}"
            ),
            failed: format!(
                "FROM deliveries d INDEXED BY deliveries_failed
                 WHERE ?1 IS NULL AND ?2 IS NULL AND d.status = ?3 AND {failed} AND ?4 IS NOT NULL
                 AND d.id {edge} ?5 AND (d.id, d.tenant_id) {follows} (?5, ?6)
                 ORDER BY d.id {by}, d.tenant_id {by} LIMIT 1"
            ),
        }
    }
}

/// Columns of a look-up, with the parameters of its filter from `?7` on.
pub(super) fn columns(filter: &DeliveryFilter) -> (String, Values) {
    let mut values = Values::new([(); 6].map(|()| Value::Null));
    let answered = Answered { status: true, subscription: true, ..Answered::default() };
    let fits = fits(filter, answered, &mut values);
    (format!("SELECT d.id AS id, d.tenant_id AS tenant_id, {fits} AS fits"), values)
}

struct LookUps<'c> {
    queue: CachedStatement<'c>,
    delayed: CachedStatement<'c>,
    ordered: CachedStatement<'c>,
    status: CachedStatement<'c>,
    status_of: CachedStatement<'c>,
    failed: CachedStatement<'c>,
    values: Values,
    bounds: &'c Bounds,
}

impl<'c> LookUps<'c> {
    fn prepare(connection: &'c Connection, filter: &DeliveryFilter, bounds: &'c Bounds) -> Result<Self, StorageError> {
        let (columns, values) = columns(filter);
        let prepare = |from: String| connection.prepare_cached(&format!("{columns} {from}")).map_err(sqlite);
        let from = Sources::new(bounds.order);
        Ok(Self {
            queue: prepare(from.queue)?,
            delayed: prepare(from.delayed)?,
            ordered: prepare(from.ordered)?,
            status: prepare(from.status)?,
            status_of: prepare(from.status_of)?,
            failed: prepare(from.failed)?,
            values,
            bounds,
        })
    }

    /// The first row of a strand after `place`, or within the bounds.
    fn head(
        &mut self,
        at: usize,
        strand: &Strand,
        place: Option<&Place<DeliveryId>>,
    ) -> Result<Option<Head>, StorageError> {
        let (tenant, subscription, code) = match strand {
            Strand::Queue(tenant, subscription, queue) => (Some(tenant), Some(*subscription), queue.code()),
            Strand::Delayed(tenant, subscription) => (Some(tenant), Some(*subscription), Queue::Delayed.code()),
            Strand::Ordered(tenant, subscription) => (Some(tenant), Some(*subscription), Queue::Ordered.code()),
            Strand::Status(tenant, subscription, status) => (Some(tenant), *subscription, status.code()),
            Strand::Failed(status) => (None, None, status.code()),
        };
        let (edge, edge_tenant) = match (place, tenant) {
            (Some(place), _) => (*place.id.bytes(), place.tenant_text()),
            (None, Some(tenant)) => (self.edge_in(tenant), ""),
            (None, None) => self.edge(),
        };
        let key: [Value; 6] = [
            tenant.map(|tenant| tenant.as_str().to_owned()).into(),
            subscription.map(|id| id.bytes().to_vec()).into(),
            i64::from(code).into(),
            DeliveryId::from_bytes(edge).made_at().micros().into(),
            edge.to_vec().into(),
            edge_tenant.to_owned().into(),
        ];
        self.values.0.splice(..key.len(), key);
        let statement = match strand {
            Strand::Queue(..) => &mut self.queue,
            Strand::Delayed(..) => &mut self.delayed,
            Strand::Ordered(..) => &mut self.ordered,
            Strand::Status(_, None, _) => &mut self.status,
            Strand::Status(..) => &mut self.status_of,
            Strand::Failed(_) => &mut self.failed,
        };
        let order = self.bounds.order;
        let head = query::first(statement, params_from_iter(&self.values.0), |row| {
            let cells = Cells::deliveries(row);
            let place = Place { id: cells.delivery_id("id")?, tenant: Some(cells.tenant("tenant_id")?) };
            Ok(Head { order, place, fits: cells.flag("fits")?, strand: at })
        })?;
        Ok(head.filter(|head| match order {
            ListOrder::NewestFirst => *head.place.id.bytes() >= self.bounds.least,
            ListOrder::OldestFirst => *head.place.id.bytes() < self.bounds.below,
        }))
    }

    /// The exclusive bound at which a tenant's rows begin.
    fn edge_in(&self, tenant: &TenantId) -> [u8; 16] {
        match self.bounds.order {
            ListOrder::NewestFirst => self.bounds.below_in(tenant.as_str()),
            ListOrder::OldestFirst => {
                u128::from_be_bytes(self.bounds.least_in(tenant.as_str())).saturating_sub(1).to_be_bytes()
            }
        }
    }

    /// The place at which the rows of all tenants begin.
    fn edge(&self) -> ([u8; 16], &str) {
        let id = match self.bounds.order {
            ListOrder::NewestFirst => self.bounds.below,
            ListOrder::OldestFirst => self.bounds.least,
        };
        (id, self.bounds.tenant.as_str())
    }
}
