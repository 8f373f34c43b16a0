//! Nodes on one database. Only the database's clock decides about leases: the nodes' own clocks may differ by minutes.

use crate::{
    PgStore,
    cells::Cells,
    codes::{LEFT, LIVE, LOST, NO_NODE, owner},
    connect::{self, As, READ, READ_BY_INDEX, Tx, WRITE, params},
    deliveries::due,
    feed, key_records, rows,
};
use async_trait::async_trait;
use const_format::formatcp;
use model::{EventId, KeyId, TenantId, Timestamp};
use std::sync::atomic::Ordering::Relaxed;
use storage::{
    Change, Changes, Drained, DroppedPartitions, DueQueueHead, Exchange, FeedExchanged, Heartbeat, Holder, JoinOutcome,
    LEASE, LimitClaim, Make, NewNode, Node, NodeId, NodeRole, NodeState, Shared, StorageError,
};
use tokio_postgres::Row;

/// Maximum number of changes returned one by one; a node that missed more reads everything again.
const CHANGES_MAX: i64 = 5_000;

/// Claims a batch of the deliveries of nodes that have left or are lost. Concurrent claims skip each other's rows.
pub(crate) const TAKE_OVER: &str = formatcp!(
    "WITH gone AS (
        SELECT {NO_NODE} AS id UNION ALL SELECT id FROM postrider.nodes WHERE state <> {LIVE} AND id <> $1
    ), piece AS (
        SELECT w.tenant_id, w.id FROM gone, LATERAL (
            SELECT w.tenant_id, w.id FROM postrider.waiting w WHERE w.owner = gone.id
            ORDER BY w.owner, w.tenant_id, w.subscription_id, w.queue, w.next_attempt_at, w.id
            LIMIT $2 FOR UPDATE SKIP LOCKED) w
        LIMIT $2
    )
    UPDATE postrider.waiting w SET owner = $1 FROM piece p WHERE w.tenant_id = p.tenant_id AND w.id = p.id
    RETURNING w.tenant_id, w.subscription_id, w.id, w.queue, w.next_attempt_at"
);

/// Deletes nodes that left or were lost long ago, claims of nodes that left or are lost, and a batch of the oldest changes that every node has seen; the next
/// round continues.
const FORGET: &str = formatcp!(
    "WITH nodes AS (
        DELETE FROM postrider.nodes n WHERE state <> {LIVE} AND heartbeat_at < clock_timestamp() - interval '1 day'
        AND NOT EXISTS (SELECT 1 FROM postrider.waiting w WHERE w.owner = n.id)
    ), claims AS (
        DELETE FROM postrider.limit_claims c USING postrider.nodes n WHERE n.id = c.node AND n.state <> {LIVE}
    )
    DELETE FROM postrider.changes WHERE ctid = ANY (ARRAY(
        SELECT place FROM (SELECT ctid AS place, changed_at FROM postrider.changes ORDER BY version LIMIT 2000) first
        WHERE changed_at < clock_timestamp() - interval '1 hour'))"
);

/// Serialises registrations, so that the second of two nodes with one name finds the first.
const LOCK: i64 = 0x706f_7374_0004;

/// $1 name, $2 role, $3 version, $4 this node, $5 and $6 a holder that was watched and its last heartbeat, $7 the lease
/// in seconds, $8 the ids of its master keys.
const JOIN: &str = formatcp!(
    "WITH holder AS (
        SELECT id, (extract(epoch FROM heartbeat_at) * 1e6)::bigint AS heard FROM postrider.nodes
        WHERE name = $1 AND state = {LIVE} AND id <> $4 AND heartbeat_at > clock_timestamp() - make_interval(secs => $7)
        AND NOT (id = $5 AND (extract(epoch FROM heartbeat_at) * 1e6)::bigint = $6) LIMIT 1
    ), before AS (
        UPDATE postrider.nodes SET state = {LOST} WHERE name = $1 AND state = {LIVE} AND NOT EXISTS (SELECT 1 FROM holder)
    ), made AS (
        INSERT INTO postrider.nodes (name, role, version, master_keys) SELECT $1, $2, $3, $8
        WHERE NOT EXISTS (SELECT 1 FROM holder)
        RETURNING id
    )
    SELECT made.id AS made, holder.id AS holder, holder.heard FROM (SELECT 1) one
    LEFT JOIN made ON true LEFT JOIN holder ON true"
);

/// $1 this node.
const BEAT: &str = formatcp!(
    "WITH beat AS (
        UPDATE postrider.nodes SET heartbeat_at = clock_timestamp() WHERE id = $1 AND state = {LIVE} RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM beat) AS is_live, (extract(epoch FROM clock_timestamp()) * 1e6)::bigint AS now"
);

/// $1 the roles that serve the API.
pub(crate) const SERVING: &str =
    formatcp!("SELECT count(*) AS rows FROM postrider.nodes WHERE state = {LIVE} AND role = ANY ($1)");

/// $1 this node, $2 the lease in seconds.
const DECLARE_LOST: &str = formatcp!(
    "UPDATE postrider.nodes SET state = {LOST} WHERE state = {LIVE} AND id <> $1
    AND heartbeat_at < clock_timestamp() - make_interval(secs => $2) RETURNING name"
);

/// $1 this node.
const LEAVE: &str = formatcp!("UPDATE postrider.nodes SET state = {LEFT} WHERE id = $1 AND state = {LIVE}");

/// The kind of a change, as the trigger `note_change` writes it.
enum Kind {
    Tenant,
    Key,
    Subscription,
    EventTypes,
}

impl Kind {
    fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Tenant),
            2 => Some(Self::Key),
            3 => Some(Self::Subscription),
            4 => Some(Self::EventTypes),
            _ => None,
        }
    }
}

fn change(row: &Row) -> Result<Change, StorageError> {
    let cells = Cells::changes(row);
    let tenant = || cells.tenant("tenant_id");
    Ok(match cells.code("kind", Kind::from_code)? {
        Kind::Tenant => Change::Tenant(tenant()),
        Kind::Key => Change::Key(tenant(), KeyId::from_uuid(cells.get("id"))),
        Kind::Subscription if cells.get("cancelled") => Change::Cancelled(tenant(), cells.subscription_id("id")),
        Kind::Subscription => Change::Subscription(tenant(), cells.subscription_id("id")),
        Kind::EventTypes => Change::EventTypes,
    })
}

fn node_id(cells: &Cells<'_>, column: &str) -> Result<NodeId, StorageError> {
    let number: i32 = cells.get(column);
    NodeId::from_number(number).ok_or_else(|| cells.corrupt(column, format_args!("{number} is no number of a node")))
}

fn node(row: &Row, this: Option<NodeId>) -> Result<Node, StorageError> {
    let cells = Cells::nodes(row);
    let id = node_id(&cells, "id")?;
    Ok(Node {
        id,
        name: cells.get("name"),
        role: cells.parsed("role", |name| NodeRole::parse(name).ok_or_else(|| format!("unknown role {name:?}")))?,
        version: cells.get("version"),
        state: cells.code("state", NodeState::from_code)?,
        started_at: cells.time("started_at"),
        heartbeat_at: cells.time("heartbeat_at"),
        waiting: cells.number::<i64, u32>("waiting")?,
        is_this: Some(id) == this,
    })
}

/// The row of a statement that always returns one.
fn returned(rows: &[Row]) -> Result<&Row, StorageError> {
    rows.first().ok_or_else(|| StorageError::unavailable("a statement returned no row"))
}

/// The begin of a registration, with its locks.
fn begin() -> String {
    format!("{WRITE}; SELECT pg_advisory_xact_lock({LOCK}); {}", key_records::LOCKED)
}

fn no_version() -> StorageError {
    StorageError::corrupt("config", "one", "the row is missing")
}

#[async_trait]
impl Shared for PgStore {
    async fn join(&self, node: &NewNode, instead_of: Option<Holder>) -> Result<JoinOutcome, StorageError> {
        let (name, role) = (rows::text(&node.name), node.role.name());
        let (watched, heard) =
            instead_of.map_or((NO_NODE, 0), |holder| (holder.id.number(), holder.heartbeat_at.micros()));
        let tx = Tx::begin_with(&self.0.pool, As::Worker, &begin()).await?;
        let keys = self.check_keys_again(&tx).await?;
        let values = params![
            name => TEXT, role => TEXT, node.version => TEXT, owner(self.node()) => INT4, watched => INT4, heard => INT8,
            LEASE.as_secs_f64() => FLOAT8, keys => TEXT,
        ];
        let rows = tx.query(JOIN, values).await?;
        tx.commit().await?;
        let cells = Cells::nodes(returned(&rows)?);
        let Some(id) = cells.get::<Option<i32>>("made") else {
            let holder = Holder { id: node_id(&cells, "holder")?, heartbeat_at: cells.time("heard") };
            return Ok(JoinOutcome::NameHeld(holder));
        };
        self.0.node.store(id, Relaxed);
        self.0.appends_to.store(if node.role.delivers() { id } else { NO_NODE }, Relaxed);
        Ok(JoinOutcome::Joined)
    }

    async fn heartbeat(&self) -> Result<(Heartbeat, Timestamp), StorageError> {
        let values = params![owner(self.node()) => INT4];
        let rows = connect::run(&self.0.pulse, As::Worker, WRITE, BEAT, values).await?;
        let cells = Cells::nodes(returned(&rows)?);
        Ok((if cells.get("is_live") { Heartbeat::Live } else { Heartbeat::Lost }, cells.time("now")))
    }

    async fn serving_nodes(&self) -> Result<u32, StorageError> {
        let roles: Vec<&str> = NodeRole::ALL.into_iter().filter(|role| role.serves()).map(NodeRole::name).collect();
        let values = params![roles => TEXT_ARRAY];
        let rows = connect::run(&self.0.pulse, As::Worker, READ, SERVING, values).await?;
        Ok(rows::count(&rows))
    }

    async fn declare_lost(&self) -> Result<Vec<String>, StorageError> {
        let values = params![owner(self.node()) => INT4, LEASE.as_secs_f64() => FLOAT8];
        let lost = self.write(As::Worker, DECLARE_LOST, values).await?;
        self.write(As::Worker, FORGET, &[]).await?;
        Ok(lost.iter().map(|row| row.get("name")).collect())
    }

    async fn exchange_claims(&self, claims: &[LimitClaim]) -> Result<Exchange, StorageError> {
        crate::limit_claims::exchange(self, claims).await
    }

    async fn exchange_feed(
        &self,
        listens: bool,
        packet: Option<(i64, &[u8])>,
        known: &[(NodeId, i64)],
    ) -> Result<FeedExchanged, StorageError> {
        feed::exchange(self, listens, packet, known).await
    }

    async fn leave(&self) -> Result<(), StorageError> {
        self.write(As::Worker, LEAVE, params![owner(self.node()) => INT4]).await?;
        self.write(As::Worker, "SELECT pg_notify('postrider', 'nodes')", &[]).await?;
        Ok(())
    }

    async fn nodes(&self) -> Result<Vec<Node>, StorageError> {
        let sql = "SELECT n.id, n.name, n.role, n.version, n.state,
                   (extract(epoch FROM n.started_at) * 1e6)::bigint AS started_at,
                   (extract(epoch FROM n.heartbeat_at) * 1e6)::bigint AS heartbeat_at,
                   (SELECT count(*) FROM (SELECT 1 FROM postrider.waiting w WHERE w.owner = n.id LIMIT 10000) w) AS waiting
                   FROM postrider.nodes n ORDER BY n.id";
        let rows = self.read_in(READ_BY_INDEX, As::Worker, sql, &[]).await?;
        rows.iter().map(|row| node(row, self.node())).collect()
    }

    async fn take_over_deliveries(&self, limit: usize) -> Result<Vec<DueQueueHead>, StorageError> {
        // Committed only when every claimed row is valid: no lane would ever read a queue that is not reported.
        let tx = Tx::begin(&self.0.pool, As::Worker).await?;
        let rows = tx.query(TAKE_OVER, params![owner(self.node()) => INT4, limit as i64 => INT8]).await?;
        let heads = rows.iter().map(due::head).collect::<Result<_, _>>()?;
        tx.commit().await?;
        Ok(heads)
    }

    async fn version(&self) -> Result<i64, StorageError> {
        let rows = self.read(As::Worker, "SELECT version FROM postrider.config", &[]).await?;
        rows.first().map(|row| row.get("version")).ok_or_else(no_version)
    }

    async fn changes(&self, since: i64) -> Result<Changes, StorageError> {
        // A single statement, and thus a single snapshot. Returns a row without a change when there is only a version
        // to report.
        let sql = "SELECT c.version AS now, n.version, n.kind, n.tenant_id, n.id, n.cancelled,
                          (SELECT min(version) FROM postrider.changes) AS oldest
                   FROM postrider.config c LEFT JOIN LATERAL (
                       SELECT * FROM postrider.changes WHERE version > $1 ORDER BY version LIMIT $2) n ON true
                   ORDER BY n.version";
        let rows = self.read(As::Worker, sql, params![since => INT8, CHANGES_MAX + 1 => INT8]).await?;
        let first = rows.first().ok_or_else(no_version)?;
        let version: i64 = first.get("now");
        if version <= since {
            return Ok(Changes { version: since, list: Some(Vec::new()) });
        }
        let oldest: Option<i64> = first.get("oldest");
        let missed = oldest.is_none_or(|oldest| oldest > since + 1) || rows.len() as i64 > CHANGES_MAX;
        let list = (!missed).then(|| rows.iter().map(change).collect::<Result<_, _>>()).transpose()?;
        Ok(Changes { version, list })
    }

    async fn recent_erasures(&self) -> Result<Vec<(TenantId, EventId)>, StorageError> {
        crate::erasure::recent(self).await
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
        Ok(returned(&rows)?.get("value"))
    }

    async fn drain_outbox(&self, limit: usize, skip: &[TenantId], make: Make) -> Result<Drained, StorageError> {
        crate::outbox::drain(self, limit, skip, make).await
    }

    async fn create_partitions(&self) -> Result<(), StorageError> {
        Self::create_partitions(self).await
    }

    async fn drop_partitions(&self, before: Timestamp) -> Result<DroppedPartitions, StorageError> {
        Self::drop_partitions(self, before).await
    }
}
