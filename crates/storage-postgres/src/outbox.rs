//! The outbox: events that programs publish in their own transactions are moved to the journal in commit order, each
//! exactly once, because the transaction that writes the event deletes the outbox row.

use crate::{
    PgStore,
    connect::{Fault, Tx, params},
    error,
    journal::{self, appends::Appends},
    publications::Counting,
    rows,
};
use model::{EventType, Priority, TenantId};
use std::{collections::HashSet, sync::atomic::Ordering::Relaxed};
use storage::{Appended, Drained, Make, NewEvent, OutboxEvent, StorageError};
use tokio_postgres::Row;

/// Advisory lock of the node that drains the outbox: two nodes at once would break the order.
const LOCK: i64 = 0x706f_7374_0003;

const TAKE: &str = "DELETE FROM postrider.outbox WHERE number IN (
        SELECT number FROM postrider.outbox WHERE position IS NOT NULL ORDER BY position LIMIT $1)
    RETURNING position, tenant_id, event_type, data::text AS data, coalesce(metadata::text, '') AS metadata, id,
        (extract(epoch FROM timestamp) * 1e6)::bigint AS timestamp, priority, idempotency_key";

fn read(row: &Row) -> Option<OutboxEvent> {
    Some(OutboxEvent {
        tenant: rows::tenant(row, "tenant_id"),
        event_type: EventType::parse(row.get("event_type")).ok()?,
        data: row.get::<_, &str>("data").trim().to_owned(),
        metadata: row.get::<_, &str>("metadata").trim().to_owned(),
        given_id: row.get("id"),
        timestamp: rows::time(row, "timestamp"),
        priority: Priority::parse(row.get("priority")).unwrap_or_default(),
        idempotency_key: row.get("idempotency_key"),
    })
}

pub(crate) async fn drain(store: &PgStore, limit: usize, make: Make) -> Result<Drained, StorageError> {
    // Ordered, so that it uses the index: the table mostly consists of dead rows.
    let ready = "SELECT 1 FROM postrider.outbox WHERE position IS NOT NULL ORDER BY position LIMIT 1";
    if store.read(crate::connect::As::Worker, ready, &[]).await?.is_empty() {
        return Ok(Drained::default());
    }
    let _permit = store.0.writing.acquire().await.map_err(|_| error::closed())?;
    let tx = Tx::open(store.0.writers.get().await.map_err(error::pool)?);
    Ok(take(store, tx, limit, make).await?)
}

async fn take(store: &PgStore, tx: Tx, limit: usize, make: Make) -> Result<Drained, Fault> {
    tx.client().batch_execute(&journal::begin(store.0.must_sync)).await?;
    let mine = tx.query("SELECT pg_try_advisory_xact_lock($1)", params![LOCK => INT8]).await?;
    if !mine.first().is_some_and(|row| row.get(0)) {
        tx.commit().await?;
        return Ok(Drained::default());
    }
    let mut found = tx.query(TAKE, params![limit as i64 => INT8]).await?;
    found.sort_by_key(|row| row.get::<_, i64>("position"));
    let more = found.len() == limit;
    let mut tenants: Vec<&str> = found.iter().map(|row| row.get("tenant_id")).collect();
    tenants.sort_unstable();
    tenants.dedup();
    let there = tx.query(journal::TENANTS, params![tenants => TEXT_ARRAY]).await?;
    let there: HashSet<TenantId> = there.iter().map(|row| TenantId::trusted(row.get(0))).collect();
    let mut events: Vec<(TenantId, NewEvent)> = Vec::with_capacity(found.len());
    for row in &found {
        let made = read(row).filter(|one| there.contains(&one.tenant)).and_then(|one| make(one));
        match made {
            Some(new) => events.push((new.event.tenant.clone(), new)),
            None => tracing::error!(
                tenant = row.get::<_, &str>("tenant_id"),
                id = row.get::<_, &str>("id"),
                event_type = row.get::<_, &str>("event_type"),
                "dropped an outbox event that cannot be published"
            ),
        }
    }
    let (each, counting) = {
        let all = events.iter().map(|(tenant, new)| (tenant, new)).collect();
        let mut appends = Appends::new(all, store.0.appends_to.load(Relaxed));
        let claimed = appends.claim_names(&tx).await?;
        let each = appends.settle_names(&tx, claimed, &there).await?;
        let counting = Counting::of(store, appends.tally(&each, &there));
        appends.write(&tx, &each, &there, (&counting, store.shard())).await?;
        (each, counting)
    };
    tx.commit().await?;
    counting.committed(store);
    let events: Vec<(NewEvent, Appended)> = events.into_iter().map(|(_, new)| new).zip(each).collect();
    Ok(Drained { events, more })
}
