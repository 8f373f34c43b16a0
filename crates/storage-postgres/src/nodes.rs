//! Nodes on one database. Only the database's clock decides about leases: the nodes' own clocks may differ by minutes.

use crate::{
    PgStore,
    connect::{self, As, READ_BY_INDEX, WRITE, params},
    deliveries, rows,
};
use async_trait::async_trait;
use model::{KeyId, SubscriptionId, Timestamp};
use std::sync::atomic::Ordering::Relaxed;
use storage::{
    Change, Changes, Drained, DroppedPartitions, DueQueueHead, Heartbeat, Holder, JoinOutcome, LEASE, Make, NewNode,
    Node, NodeState, Shared, StorageError,
};
use tokio_postgres::Row;

/// Maximum number of changes returned one by one; a node that missed more reads everything again.
const CHANGES_MAX: i64 = 5_000;

/// Claims a batch of the deliveries of nodes that have left or are lost. Concurrent claims skip each other's rows.
pub(crate) const TAKE_OVER: &str = "WITH gone AS (
        SELECT 0 AS id UNION ALL SELECT id FROM postrider.nodes WHERE state <> 0 AND id <> $1
    ), piece AS (
        SELECT w.tenant_id, w.id FROM gone, LATERAL (
            SELECT w.tenant_id, w.id FROM postrider.waiting w WHERE w.owner = gone.id
            ORDER BY w.owner, w.tenant_id, w.subscription_id, w.queue, w.next_attempt_at, w.id
            LIMIT $2 FOR UPDATE SKIP LOCKED) w
        LIMIT $2
    )
    UPDATE postrider.waiting w SET owner = $1 FROM piece p WHERE w.tenant_id = p.tenant_id AND w.id = p.id
    RETURNING w.tenant_id, w.subscription_id, w.queue, w.next_attempt_at";

/// Deletes nodes that left or were lost long ago, and a batch of the oldest changes that every node has seen; the next
/// round continues.
const FORGET: &str = "WITH nodes AS (
        DELETE FROM postrider.nodes n WHERE state <> 0 AND heartbeat_at < clock_timestamp() - interval '1 day'
        AND NOT EXISTS (SELECT 1 FROM postrider.waiting w WHERE w.owner = n.id)
    )
    DELETE FROM postrider.changes WHERE ctid = ANY (ARRAY(
        SELECT place FROM (SELECT ctid AS place, changed_at FROM postrider.changes ORDER BY version LIMIT 2000) first
        WHERE changed_at < clock_timestamp() - interval '1 hour'))";

/// Serialises registrations, so that the second of two nodes with one name finds the first.
const LOCK: i64 = 0x706f_7374_0004;

/// $1 name, $2 role, $3 version, $4 this node, $5 and $6 a holder that was watched and its last heartbeat, $7 the lease
/// in seconds.
const JOIN: &str = "WITH holder AS (
        SELECT id, (extract(epoch FROM heartbeat_at) * 1e6)::bigint AS heard FROM postrider.nodes
        WHERE name = $1 AND state = 0 AND id <> $4 AND heartbeat_at > clock_timestamp() - make_interval(secs => $7)
        AND NOT (id = $5 AND (extract(epoch FROM heartbeat_at) * 1e6)::bigint = $6) LIMIT 1
    ), before AS (
        UPDATE postrider.nodes SET state = 2 WHERE name = $1 AND state = 0 AND NOT EXISTS (SELECT 1 FROM holder)
    ), made AS (
        INSERT INTO postrider.nodes (name, role, version) SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM holder)
        RETURNING id
    )
    SELECT made.id AS made, holder.id AS holder, holder.heard FROM (SELECT 1) one
    LEFT JOIN made ON true LEFT JOIN holder ON true";

fn change(row: &Row) -> Change {
    let tenant = || rows::tenant(row, "tenant_id");
    match row.get::<_, i16>("kind") {
        1 => Change::Tenant(tenant()),
        2 => Change::Key(tenant(), KeyId::from_uuid(row.get("id"))),
        3 => Change::Subscription(tenant(), SubscriptionId::from_uuid(row.get("id"))),
        _ => Change::EventTypes,
    }
}

#[async_trait]
impl Shared for PgStore {
    async fn join(&self, node: &NewNode, instead_of: Option<Holder>) -> Result<JoinOutcome, StorageError> {
        let (name, role) = (rows::text(&node.name), node.role.name());
        let (watched, heard) = instead_of.map_or((0, 0), |holder| (holder.id, holder.heartbeat_at.micros()));
        let values = params![
            name => TEXT, role => TEXT, node.version => TEXT, self.node() => INT4, watched => INT4, heard => INT8,
            LEASE.as_secs_f64() => FLOAT8,
        ];
        let begin = format!("{WRITE}; SELECT pg_advisory_xact_lock({LOCK})");
        let rows = self.write_in(&begin, As::Worker, JOIN, values).await?;
        let row = rows.first().ok_or_else(|| StorageError::corrupt("the registration of a node returned no row"))?;
        let Some(id) = row.get::<_, Option<i32>>("made") else {
            return Ok(JoinOutcome::NameHeld(Holder { id: row.get("holder"), heartbeat_at: rows::time(row, "heard") }));
        };
        self.0.node.store(id, Relaxed);
        self.0.appends_to.store(if node.role.delivers() { id } else { 0 }, Relaxed);
        Ok(JoinOutcome::Joined)
    }

    async fn heartbeat(&self) -> Result<(Heartbeat, Timestamp), StorageError> {
        let sql = "WITH beat AS (UPDATE postrider.nodes SET heartbeat_at = clock_timestamp()
                                 WHERE id = $1 AND state = 0 RETURNING 1)
                   SELECT EXISTS (SELECT 1 FROM beat), (extract(epoch FROM clock_timestamp()) * 1e6)::bigint";
        let rows = connect::run(&self.0.pulse, As::Worker, WRITE, sql, params![self.node() => INT4]).await?;
        let row = rows.first().ok_or_else(|| StorageError::corrupt("a heartbeat returned no row"))?;
        Ok((if row.get(0) { Heartbeat::Live } else { Heartbeat::Lost }, Timestamp::from_micros(row.get(1))))
    }

    async fn declare_lost(&self) -> Result<Vec<String>, StorageError> {
        let sql = "UPDATE postrider.nodes SET state = 2 WHERE state = 0 AND id <> $1
                   AND heartbeat_at < clock_timestamp() - make_interval(secs => $2) RETURNING name";
        let lost = self.write(As::Worker, sql, params![self.node() => INT4, LEASE.as_secs_f64() => FLOAT8]).await?;
        self.write(As::Worker, FORGET, &[]).await?;
        Ok(lost.iter().map(|row| row.get(0)).collect())
    }

    async fn leave(&self) -> Result<(), StorageError> {
        let sql = "UPDATE postrider.nodes SET state = 1 WHERE id = $1 AND state = 0";
        self.write(As::Worker, sql, params![self.node() => INT4]).await?;
        self.write(As::Worker, "SELECT pg_notify('postrider', 'nodes')", &[]).await?;
        Ok(())
    }

    async fn nodes(&self) -> Result<Vec<Node>, StorageError> {
        let sql = "SELECT n.id, n.name, n.role, n.version, n.state,
                   (extract(epoch FROM n.started_at) * 1e6)::bigint AS started_at,
                   (extract(epoch FROM n.heartbeat_at) * 1e6)::bigint AS heartbeat_at,
                   (SELECT count(*) FROM (SELECT 1 FROM postrider.waiting w WHERE w.owner = n.id LIMIT 10000) w) AS waiting
                   FROM postrider.nodes n ORDER BY n.id";
        let node = |row: &Row| Node {
            id: row.get("id"),
            name: row.get("name"),
            role: row.get("role"),
            version: row.get("version"),
            state: NodeState::from_code(row.get::<_, i16>("state") as u8).unwrap_or(NodeState::Lost),
            started_at: rows::time(row, "started_at"),
            heartbeat_at: rows::time(row, "heartbeat_at"),
            waiting: row.get::<_, i64>("waiting") as u32,
            is_this: row.get::<_, i32>("id") == self.node(),
        };
        Ok(self.read_in(READ_BY_INDEX, As::Worker, sql, &[]).await?.iter().map(node).collect())
    }

    async fn take_over_deliveries(&self, limit: usize) -> Result<Vec<DueQueueHead>, StorageError> {
        let values = params![self.node() => INT4, limit as i64 => INT8];
        let rows = self.write(As::Worker, TAKE_OVER, values).await?;
        Ok(rows.iter().map(deliveries::waiting).collect())
    }

    async fn version(&self) -> Result<i64, StorageError> {
        let rows = self.read(As::Worker, "SELECT version FROM postrider.config", &[]).await?;
        Ok(rows.first().map_or(0, |row| row.get(0)))
    }

    async fn changes(&self, since: i64) -> Result<Changes, StorageError> {
        // A single statement, and thus a single snapshot. Returns a row without a change when there is only a version
        // to report.
        let sql = "SELECT c.version AS now, n.version, n.kind, n.tenant_id, n.id,
                          (SELECT min(version) FROM postrider.changes) AS oldest
                   FROM postrider.config c LEFT JOIN LATERAL (
                       SELECT * FROM postrider.changes WHERE version > $1 ORDER BY version LIMIT $2) n ON true
                   ORDER BY n.version";
        let rows = self.read(As::Worker, sql, params![since => INT8, CHANGES_MAX + 1 => INT8]).await?;
        let Some(first) = rows.first() else { return Err(StorageError::corrupt("the version row is missing")) };
        let version: i64 = first.get("now");
        if version <= since {
            return Ok(Changes { version: since, list: Some(Vec::new()) });
        }
        let oldest: Option<i64> = first.get("oldest");
        let missed = oldest.is_none_or(|oldest| oldest > since + 1) || rows.len() as i64 > CHANGES_MAX;
        Ok(Changes { version, list: (!missed).then(|| rows.iter().map(change).collect()) })
    }

    async fn wait_for_signal(&self, seen: u64) -> u64 {
        let mut heard = self.0.heard.subscribe();
        {
            let mut listener = self.0.listener.lock().await;
            if listener.as_ref().is_none_or(tokio_postgres::Client::is_closed) {
                let heard = self.0.heard.clone();
                match self.0.address.listen(move || heard.send_modify(|count| *count += 1)).await {
                    Ok(client) => *listener = Some(client),
                    Err(fault) => {
                        tracing::debug!(error = %fault, "failed to listen for notifications; polling instead");
                        *listener = None;
                    }
                }
            }
        }
        let count = heard.wait_for(|count| *count != seen).await.map(|count| *count).ok();
        match count {
            Some(count) => count,
            None => std::future::pending().await,
        }
    }

    async fn insert_if_absent(&self, name: &str, value: &[u8]) -> Result<Vec<u8>, StorageError> {
        let sql = "INSERT INTO postrider.meta AS m (name, value) VALUES ($1, $2)
                   ON CONFLICT (name) DO UPDATE SET value = m.value RETURNING value";
        let rows = self.write(As::Worker, sql, params![name => TEXT, value => BYTEA]).await?;
        rows.first().map(|row| row.get(0)).ok_or_else(|| StorageError::corrupt("a stored value is missing"))
    }

    async fn drain_outbox(&self, limit: usize, make: Make) -> Result<Drained, StorageError> {
        crate::outbox::drain(self, limit, make).await
    }

    async fn create_partitions(&self) -> Result<(), StorageError> {
        Self::create_partitions(self).await
    }

    async fn drop_partitions(&self, before: Timestamp) -> Result<DroppedPartitions, StorageError> {
        Self::drop_partitions(self, before).await
    }
}
