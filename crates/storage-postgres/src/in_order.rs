//! Ordered deliveries: the first one of each key may be sent, and the others wait for its end, whatever their nodes.
//!
//! Commits that add or end ordered deliveries of a subscription run one after the other ([`lock`]). So the order of
//! positions is that of commits, and a commit that ends the first delivery of a key sees the one that follows.

use crate::{
    PgStore,
    cells::Cells,
    codes::{self, IN_ORDERED, owner},
    connect::{As, Fault, Tx, params},
    deliveries::due::{Ask, load},
    rows,
    tenants::THERE,
};
use const_format::formatcp;
use model::{SubscriptionId, TenantId, Timestamp, shape::OrderKey};
use std::collections::BTreeSet;
use storage::{BEHIND_MAX, Due, FirstInOrder, LOOK_FOR_ORDER, NewDelivery, NewEvent, NodeId, StorageError};
use tokio_postgres::Row;
use uuid::Uuid;

/// Subscriptions with ordered deliveries.
pub(crate) type Subscriptions<'a> = BTreeSet<(&'a TenantId, SubscriptionId)>;

/// The subscriptions to which events have ordered deliveries.
pub(crate) fn of_events<'a>(
    events: impl Iterator<Item = (&'a TenantId, &'a NewEvent)>,
) -> impl Iterator<Item = (&'a TenantId, SubscriptionId)> {
    events.flat_map(|(tenant, new)| {
        let ordered = new.deliveries.iter().filter(|one| one.order.is_some());
        ordered.map(move |one| (tenant, one.subscription))
    })
}

/// Locks subscriptions until the end of the transaction, in one order, which prevents deadlocks.
const LOCK: &str = "SELECT pg_advisory_xact_lock(o.key) FROM (
        SELECT DISTINCT hashtextextended(n.tenant_id || n.subscription_id, 7061876) AS key
        FROM unnest($1::text[], $2::uuid[]) AS n (tenant_id, subscription_id) ORDER BY key) o";

pub(crate) async fn lock(tx: &Tx, subscriptions: &Subscriptions<'_>) -> Result<(), Fault> {
    if subscriptions.is_empty() {
        return Ok(());
    }
    let tenants: Vec<&str> = subscriptions.iter().map(|(tenant, _)| tenant.as_str()).collect();
    let ids: Vec<Uuid> = subscriptions.iter().map(|(_, id)| id.uuid()).collect();
    tx.query(LOCK, params![tenants => TEXT_ARRAY, ids => UUID_ARRAY]).await.map(drop)
}

/// Inserts deliveries at the end of the order of their keys.
pub(crate) const INSERT: &str = formatcp!(
    "WITH n AS MATERIALIZED (
        SELECT * FROM unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
                             $9::bigint[])
            WITH ORDINALITY AS n (tenant_id, id, subscription_id, event_type, given_id, made, at, order_key, place)
    ), k AS MATERIALIZED (
        SELECT d.tenant_id, d.subscription_id, d.order_key, coalesce((
            SELECT w.position FROM postrider.waiting w
            WHERE w.tenant_id = d.tenant_id AND w.subscription_id = d.subscription_id AND w.order_key = d.order_key
            AND (w.attempts > 0 OR w.position > w.next_attempt_at) ORDER BY w.position DESC LIMIT 1), 0) AS last
        FROM (SELECT DISTINCT tenant_id, subscription_id, order_key FROM n) d
    )
    INSERT INTO postrider.waiting (tenant_id, id, subscription_id, event_type, given_id, owner, queue, next_attempt_at,
        updated_at, order_key, position)
    SELECT n.tenant_id, n.id, n.subscription_id, n.event_type, n.given_id, $1, {IN_ORDERED}, n.at, n.made, n.order_key,
        CASE WHEN n.at > n.made AND n.at > k.last THEN n.at ELSE greatest(n.made, k.last) + n.place END
    FROM n JOIN k ON k.tenant_id = n.tenant_id AND k.subscription_id = n.subscription_id AND k.order_key = n.order_key"
);

/// Writes ordered deliveries.
pub(crate) async fn write<'a>(
    tx: &Tx,
    new: &[(&'a TenantId, &'a NewEvent)],
    owner: Option<NodeId>,
) -> Result<(), Fault> {
    let of_event = |(tenant, new): &(&'a TenantId, &'a NewEvent)| {
        let (tenant, new) = (*tenant, *new);
        new.deliveries.iter().filter_map(move |one| Some((tenant, new, *one, one.order?.code())))
    };
    let all: Vec<(&TenantId, &NewEvent, NewDelivery, i64)> = new.iter().flat_map(of_event).collect();
    if all.is_empty() {
        return Ok(());
    }
    let made = |new: &NewEvent| new.event.id.made_at();
    let tenants: Vec<&str> = all.iter().map(|(tenant, ..)| tenant.as_str()).collect();
    let ids: Vec<Uuid> = all.iter().map(|(_, _, one, _)| one.id.uuid()).collect();
    let subscriptions: Vec<Uuid> = all.iter().map(|(_, _, one, _)| one.subscription.uuid()).collect();
    let types: Vec<&str> = all.iter().map(|(_, new, ..)| new.event.event_type.as_str()).collect();
    let given: Vec<Option<&str>> = all.iter().map(|(_, new, ..)| new.event.given_id.as_deref()).collect();
    let created: Vec<i64> = all.iter().map(|(_, new, ..)| made(new).micros()).collect();
    let due: Vec<i64> = all.iter().map(|(_, new, ..)| new.due_at.unwrap_or_else(|| made(new)).micros()).collect();
    let keys: Vec<i64> = all.iter().map(|(.., key)| *key).collect();
    let values = params![
        codes::owner(owner) => INT4, tenants => TEXT_ARRAY, ids => UUID_ARRAY, subscriptions => UUID_ARRAY,
        types => TEXT_ARRAY, given => TEXT_ARRAY, created => INT8_ARRAY, due => INT8_ARRAY, keys => INT8_ARRAY,
    ];
    tx.query(INSERT, values).await.map(drop)
}

/// Gives the first delivery of each of these keys to a node. The commit has ended the one before it, so no node has begun
/// to send it.
pub(crate) const HAND_ON: &str = "UPDATE postrider.waiting w SET owner = $1
    FROM unnest($2::text[], $3::uuid[], $4::bigint[]) AS k (tenant_id, subscription_id, order_key), LATERAL (
        SELECT n.id FROM postrider.waiting n WHERE n.tenant_id = k.tenant_id
        AND n.subscription_id = k.subscription_id AND n.order_key = k.order_key ORDER BY n.position, n.id LIMIT 1) f
    WHERE w.tenant_id = k.tenant_id AND w.id = f.id AND w.owner + 0 <> $1";

/// Gives the deliveries that follow the ended ones of `rows` to this node.
pub(crate) async fn hand_on<'r>(
    tx: &Tx,
    node: Option<NodeId>,
    rows: impl Iterator<Item = &'r Row>,
) -> Result<(), Fault> {
    let ended: BTreeSet<(&str, Uuid, i64)> = rows
        .filter_map(|row| {
            Some((row.get("tenant_id"), row.get("subscription_id"), row.get::<_, Option<i64>>("order_key")?))
        })
        .collect();
    if ended.is_empty() {
        return Ok(());
    }
    let tenants: Vec<&str> = ended.iter().map(|(tenant, ..)| *tenant).collect();
    let subscriptions: Vec<Uuid> = ended.iter().map(|(_, id, _)| *id).collect();
    let keys: Vec<i64> = ended.iter().map(|(.., key)| *key).collect();
    let values = params![owner(node) => INT4, tenants => TEXT_ARRAY, subscriptions => UUID_ARRAY, keys => INT8_ARRAY];
    tx.query(HAND_ON, values).await.map(drop)
}

/// The first delivery of each key of a subscription: `$1` tenant, `$2` subscription. Jumps from one key to the next by an
/// index look-up.
pub(crate) const FIRSTS: &str = "WITH RECURSIVE k AS (
        (SELECT order_key FROM postrider.waiting
         WHERE tenant_id = $1 AND subscription_id = $2 AND order_key IS NOT NULL ORDER BY order_key LIMIT 1)
        UNION ALL
        SELECT n.order_key FROM k, LATERAL (
            SELECT w.order_key FROM postrider.waiting w
            WHERE w.tenant_id = $1 AND w.subscription_id = $2 AND w.order_key > k.order_key
            ORDER BY w.order_key LIMIT 1) n
    ), f AS (
        SELECT h.* FROM k, LATERAL (
            SELECT w.* FROM postrider.waiting w
            WHERE w.tenant_id = $1 AND w.subscription_id = $2 AND w.order_key = k.order_key
            ORDER BY w.position, w.id LIMIT 1) h
    )";

/// `$3` this node, `$4` deliveries in its memory. Those that it may send come first.
pub(crate) fn due_query() -> String {
    format!(
        "{FIRSTS} SELECT tenant_id, id, next_attempt_at, attempts, earlier_attempts, order_key,
            owner = $3 AND id <> ALL ($4) AS mine FROM f WHERE {THERE}
         ORDER BY mine DESC, next_attempt_at, id LIMIT $5"
    )
}

pub(crate) async fn due(store: &PgStore, tenant: &TenantId, ask: &Ask<'_>) -> Result<Due, StorageError> {
    let held: Vec<Uuid> = ask.held.iter().map(|id| id.uuid()).collect();
    let limit = i64::try_from(ask.limit).unwrap_or(i64::MAX - 1) + 1;
    let values = params![
        tenant.as_str() => TEXT, ask.subscription.uuid() => UUID, owner(store.node()) => INT4, held => UUID_ARRAY,
        limit => INT8,
    ];
    let mut found = store.read(As::Worker, &due_query(), values).await?;
    let later = (!found.is_empty()).then(|| ask.now.after(LOOK_FOR_ORDER));
    found.retain(|row| row.get("mine"));
    let at = |row: &Row| Cells::waiting(row).time("next_attempt_at");
    let cut = found.iter().take(ask.limit).take_while(|row| at(row) <= ask.now).count();
    let next = found.get(cut).map(at);
    found.truncate(cut);
    let deliveries = load(store, tenant, &found).await?;
    Ok(Due { deliveries, next: later.map(|later: Timestamp| next.map_or(later, |next| next.min(later))) })
}

/// `$3` the number of deliveries, `$4` the greatest number that is counted.
pub(crate) fn blocking_query() -> String {
    format!(
        "{FIRSTS} SELECT {}, next_attempt_at, order_key, b.behind FROM f, LATERAL (
             SELECT count(*) - 1 AS behind FROM (
                 SELECT 1 FROM postrider.waiting w WHERE w.tenant_id = f.tenant_id
                 AND w.subscription_id = f.subscription_id AND w.order_key = f.order_key LIMIT $4 + 1) n) b
         WHERE f.attempts > 0 AND {THERE} ORDER BY position, id LIMIT $3",
        rows::BOTH
    )
}

pub(crate) async fn blocking(
    store: &PgStore,
    tenant: &TenantId,
    subscription: SubscriptionId,
    most: u32,
) -> Result<Vec<FirstInOrder>, StorageError> {
    let values = params![
        tenant.as_str() => TEXT, subscription.uuid() => UUID, i64::from(most) => INT8, i64::from(BEHIND_MAX) => INT8,
    ];
    let found = store.read(As::Tenant(tenant), &blocking_query(), values).await?;
    let of = |row: &Row| {
        let behind = u32::try_from(row.get::<_, i64>("behind")).unwrap_or(u32::MAX);
        Ok(FirstInOrder { delivery: rows::delivery(row)?, key: OrderKey::from_code(row.get("order_key")), behind })
    };
    found.iter().map(of).collect()
}
