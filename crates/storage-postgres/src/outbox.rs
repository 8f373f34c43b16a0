//! The outbox: events that programs publish in their own transactions are moved to the journal in commit order, each
//! exactly once, because the transaction that writes the event deletes the outbox row.

use crate::{
    PgStore,
    cells::Cells,
    commit,
    connect::{As, Fault, Tx, params},
    error, in_order,
    journal::appends::Appends,
    publications::Counting,
    statistics,
};
use model::{Channels, EventType, Priority, TenantId, Timestamp, TraceContext};
use std::collections::HashSet;
use storage::{Appended, Drained, Made, Make, NewEvent, OutboxEvent, StorageError};
use tokio_postgres::Row;

/// Advisory lock of the node that drains the outbox: two nodes at once would break the order.
const LOCK: i64 = 0x706f_7374_0003;

/// The first rows, without those of the tenants `$2`.
const FIRST: &str = "SELECT number, position, tenant_id, event_type, data::text AS data,
        coalesce(metadata::text, '') AS metadata, id, (extract(epoch FROM timestamp) * 1e6)::bigint AS timestamp,
        priority, idempotency_key, (extract(epoch FROM deliver_at) * 1e6)::bigint AS deliver_at,
        traceparent, tracestate, channels
    FROM postrider.outbox WHERE position IS NOT NULL AND tenant_id <> ALL ($2) ORDER BY position LIMIT $1";

const TAKE: &str = "DELETE FROM postrider.outbox WHERE number = ANY ($1)";

fn read(row: &Row) -> Result<OutboxEvent, StorageError> {
    let cells = Cells::outbox(row);
    let priority = |name: &str| Priority::parse(name).ok_or_else(|| format!("unknown priority {name:?}"));
    Ok(OutboxEvent {
        tenant: cells.tenant("tenant_id"),
        event_type: cells.parsed("event_type", EventType::parse)?,
        data: cells.get::<&str>("data").trim().to_owned(),
        metadata: cells.get::<&str>("metadata").trim().to_owned(),
        given_id: cells.get("id"),
        timestamp: cells.time("timestamp"),
        priority: cells.parsed("priority", priority)?,
        idempotency_key: cells.get("idempotency_key"),
        deliver_at: cells.time_or_none("deliver_at").map(Timestamp::up_to_millis),
        // Like the headers of a request: an invalid context is ignored.
        trace: cells
            .get::<Option<&str>>("traceparent")
            .and_then(|parent| TraceContext::parse(parent, cells.get::<Option<&str>>("tracestate").into_iter())),
        channels: cells.parsed_list("channels", Channels::of_set)?,
    })
}

pub(crate) async fn drain(
    store: &PgStore,
    limit: usize,
    skip: &[TenantId],
    make: Make,
) -> Result<Drained, StorageError> {
    // Ordered, so that it uses the index: the table mostly consists of dead rows.
    let ready = "SELECT 1 FROM postrider.outbox WHERE position IS NOT NULL ORDER BY position LIMIT 1";
    if store.read(As::Worker, ready, &[]).await?.is_empty() {
        return Ok(Drained::default());
    }
    let _permit = store.0.writing.acquire().await.map_err(|_| error::closed())?;
    let tx = Tx::open(store.0.writers.get().await.map_err(error::pool)?);
    Ok(take(store, tx, limit, skip, make).await?)
}

async fn take(store: &PgStore, tx: Tx, limit: usize, skip: &[TenantId], make: Make) -> Result<Drained, Fault> {
    tx.client().batch_execute(&commit::begin(store.0.must_sync)).await?;
    let mine = tx.query("SELECT pg_try_advisory_xact_lock($1)", params![LOCK => INT8]).await?;
    if !mine.first().is_some_and(|row| row.get(0)) {
        tx.commit().await?;
        return Ok(Drained::default());
    }
    let skip: Vec<&str> = skip.iter().map(TenantId::as_str).collect();
    let found = tx.query(FIRST, params![limit as i64 => INT8, skip => TEXT_ARRAY]).await?;
    let more = found.len() == limit;
    let mut tenants: Vec<&str> = found.iter().map(|row| row.get("tenant_id")).collect();
    tenants.sort_unstable();
    tenants.dedup();
    let there = tx.query(commit::TENANTS, params![tenants => TEXT_ARRAY]).await?;
    let there: HashSet<TenantId> = there.iter().map(|row| Cells::tenants(row).tenant("id")).collect();
    let mut events: Vec<(TenantId, NewEvent)> = Vec::with_capacity(found.len());
    let mut taken: Vec<i64> = Vec::with_capacity(found.len());
    for row in &found {
        let one = read(row)?;
        let made = if there.contains(&one.tenant) { make(one) } else { Made::Never };
        if !matches!(made, Made::Later) {
            taken.push(row.get("number"));
        }
        match made {
            Made::Event(new) => events.push((new.event.tenant.clone(), *new)),
            Made::Later => {}
            Made::Never => tracing::error!(
                tenant = row.get::<_, &str>("tenant_id"),
                id = row.get::<_, &str>("id"),
                event_type = row.get::<_, &str>("event_type"),
                "dropped an outbox event that cannot be published"
            ),
        }
    }
    tx.query(TAKE, params![taken => INT8_ARRAY]).await?;
    let (each, counting) = {
        let all = events.iter().map(|(tenant, new)| (tenant, new)).collect();
        let mut appends = Appends::new(all, store.appends_to());
        in_order::lock(&tx, &appends.ordered().collect()).await?;
        let claimed = appends.claim_names(&tx).await?;
        let each = appends.settle_names(&tx, claimed, &there).await?;
        let counting = Counting::of(store, appends.tally(&each, &there));
        appends.write(&tx, &each, &there, (&counting, store.shard())).await?;
        statistics::pend(store, &tx, &appends.increments(&each, &there)).await?;
        (each, counting)
    };
    tx.commit().await?;
    counting.committed(store);
    let events: Vec<(NewEvent, Appended)> = events.into_iter().map(|(_, new)| new).zip(each).collect();
    Ok(Drained { events, more })
}
