//! Deliveries of several events in one statement, with one range of ids per event.

use crate::{
    PgStore,
    connect::{As, READ_BY_INDEX, params},
    rows,
};
use model::{Delivery, EventId, TenantId};
use std::collections::HashMap;
use storage::StorageError;
use uuid::Uuid;

/// Order of the rows within a range.
#[derive(Clone, Copy)]
pub(super) enum Order {
    FirstToLast,
    LastToFirst,
}

/// `$1` tenants, `$2` from, `$3` below, of each range; `$4` the least and `$5` the greatest bound of all ranges, for
/// partition pruning; `$6` maximum rows per range. Rows are named `d`.
pub(super) fn query(fits: &str, order: Order) -> String {
    let (by_id, all) = match order {
        Order::FirstToLast => ("id", "d.id, d.tenant_id"),
        Order::LastToFirst => ("id DESC", "d.id DESC, d.tenant_id DESC"),
    };
    let columns = rows::BOTH;
    let range = "tenant_id = e.tenant_id AND id >= e.first AND id < e.below AND id >= $4 AND id < $5";
    format!(
        "SELECT d.*, {fits} AS fits FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS e (tenant_id, first, below),
         LATERAL (
             (SELECT {columns}, next_attempt_at FROM postrider.waiting WHERE {range} ORDER BY {by_id} LIMIT $6)
             UNION ALL
             (SELECT {columns}, NULL::bigint FROM postrider.deliveries WHERE {range} ORDER BY {by_id} LIMIT $6)
             ORDER BY {by_id} LIMIT $6
         ) d
         WHERE (SELECT NOT t.deleting FROM postrider.tenants t WHERE t.id = e.tenant_id)
         ORDER BY {all}"
    )
}

/// The ranges as parameters of the statement.
#[derive(Default)]
pub(super) struct Ranges {
    pub(super) tenants: Vec<String>,
    pub(super) first: Vec<Uuid>,
    pub(super) below: Vec<Uuid>,
}

impl Ranges {
    pub(super) fn add(&mut self, tenant: &TenantId, first: Uuid, below: Uuid) {
        self.tenants.push(tenant.as_str().to_owned());
        self.first.push(first);
        self.below.push(below);
    }

    /// The least and the greatest bound.
    pub(super) fn bounds(&self) -> (Uuid, Uuid) {
        let least = self.first.iter().min().copied().unwrap_or(Uuid::nil());
        (least, self.below.iter().max().copied().unwrap_or(Uuid::nil()))
    }
}

/// The exclusive upper bound of an event's delivery ids.
pub(super) fn end(event: EventId) -> Uuid {
    Uuid::from_u128(event.delivery_range().1.uuid().as_u128().saturating_add(1))
}

pub(super) async fn deliveries_of(
    store: &PgStore,
    events: &[(TenantId, EventId)],
    most: u32,
) -> Result<Vec<Vec<Delivery>>, StorageError> {
    let Some((owner, _)) = events.first() else { return Ok(Vec::new()) };
    let who = if events.iter().all(|(tenant, _)| tenant == owner) { As::Tenant(owner) } else { As::Operator };
    let mut ranges = Ranges::default();
    let mut places: HashMap<(&str, EventId), Vec<usize>> = HashMap::new();
    for (place, (tenant, event)) in events.iter().enumerate() {
        let known = places.entry((tenant.as_str(), *event)).or_default();
        if known.is_empty() {
            ranges.add(tenant, event.delivery_range().0.uuid(), end(*event));
        }
        known.push(place);
    }
    let (least, below) = ranges.bounds();
    let sql = query("true", Order::FirstToLast);
    let values = params![
        ranges.tenants => TEXT_ARRAY, ranges.first => UUID_ARRAY, ranges.below => UUID_ARRAY,
        least => UUID, below => UUID, i64::from(most) => INT8,
    ];
    let mut found = vec![Vec::new(); events.len()];
    for row in store.read_in(READ_BY_INDEX, who, &sql, values).await? {
        let delivery = rows::delivery(&row)?;
        for place in places.get(&(delivery.tenant.as_str(), delivery.id.event())).into_iter().flatten() {
            found[*place].push(delivery.clone());
        }
    }
    Ok(found)
}
