//! Claims of nodes on the limits of subscriptions. One statement writes the claims of a node and grants them.

use crate::{
    PgStore,
    cells::Cells,
    codes::{LIVE, owner},
    connect::{As, params},
};
use const_format::formatcp;
use model::policy::share::{Claim, Grant, Nodes, POOL};
use storage::{Exchange, LEASE, LimitClaim, NodeRole, StorageError};
use tokio_postgres::Row;
use uuid::Uuid;

/// Serialises exchanges, so that two nodes never get the same free part.
const LOCK: i64 = 0x706f_7374_0005;

/// The claims are reservations for seconds, so a commit need not be on disk. An exchange that waits too long for the lock
/// fails, and the next one comes a second later.
const BEGIN: &str = formatcp!(
    "BEGIN; SET LOCAL synchronous_commit = off; SET LOCAL lock_timeout = '2s'; SET LOCAL enable_seqscan = off;
    SELECT pg_advisory_xact_lock({LOCK})"
);

const API: &str = NodeRole::Api.name();

/// $1 this node, $2 the lease in seconds, $3 to $7 the claims; a cap of 0 is none. Returns, for each claim, the grant and
/// the claims of others; without claims, one row. The rules are those of `free_share` and `free_slots` of the model.
pub(crate) const EXCHANGE: &str = formatcp!(
    "WITH live AS (
        SELECT id FROM postrider.nodes WHERE state = {LIVE} AND role <> '{API}'
        AND heartbeat_at > clock_timestamp() - make_interval(secs => $2)
    ), counted AS (
        SELECT count(*)::integer AS nodes, coalesce(bool_or(id = $1), false) AS is_live FROM live
    ), mine AS (
        SELECT m.*, (m.cap >= c.nodes)::integer AS guaranteed, c.nodes
        FROM unnest($3::uuid[], $4::bigint[], $5::integer[], $6::integer[], $7::integer[]) WITH ORDINALITY
            AS m (subscription_id, wanted, share, slots, cap, number)
        JOIN counted c ON c.is_live
    ), others AS (
        SELECT m.number, c.* FROM mine m, LATERAL (
            SELECT c.node, c.wanted, c.share, c.slots FROM postrider.limit_claims c
            WHERE c.subscription_id = m.subscription_id AND c.node <> $1 OFFSET 0) c
        WHERE c.node IN (SELECT id FROM live)
    ), granted AS (
        SELECT m.number, m.subscription_id, m.wanted,
            least(m.share, greatest(0, {POOL} - coalesce(sum(o.share), 0)))::integer AS share,
            least(m.slots, greatest(0, m.cap
                - coalesce(sum(greatest(o.slots, m.guaranteed)) FILTER (WHERE o.node IS NOT NULL), 0)
                - (m.nodes - 1 - count(o.node)) * m.guaranteed))::integer AS slots
        FROM mine m LEFT JOIN others o ON o.number = m.number
        GROUP BY m.number, m.subscription_id, m.wanted, m.share, m.slots, m.cap, m.guaranteed, m.nodes
    ), gone AS (
        DELETE FROM postrider.limit_claims c WHERE c.node = $1
        AND NOT EXISTS (SELECT 1 FROM mine m WHERE m.subscription_id = c.subscription_id)
    ), written AS (
        INSERT INTO postrider.limit_claims AS c (subscription_id, node, wanted, share, slots)
        SELECT subscription_id, $1, wanted, share, slots FROM granted
        ON CONFLICT (subscription_id, node) DO UPDATE
        SET wanted = excluded.wanted, share = excluded.share, slots = excluded.slots
        WHERE (c.wanted, c.share, c.slots) IS DISTINCT FROM (excluded.wanted, excluded.share, excluded.slots)
    )
    SELECT c.nodes, c.is_live, r.number, r.node, r.wanted, r.share, r.slots
    FROM counted c LEFT JOIN (
        SELECT number, $1 AS node, wanted, share, slots FROM granted UNION ALL SELECT * FROM others
    ) r ON true ORDER BY r.number, r.node"
);

pub(crate) async fn exchange(store: &PgStore, claims: &[LimitClaim]) -> Result<Exchange, StorageError> {
    let this = owner(store.node());
    let ids: Vec<Uuid> = claims.iter().map(|one| one.subscription.uuid()).collect();
    let of = |field: fn(&LimitClaim) -> u64| -> Vec<i64> {
        claims.iter().map(|one| i64::try_from(field(one)).unwrap_or(i64::MAX)).collect()
    };
    let small = |field: fn(&LimitClaim) -> u32| -> Vec<i32> {
        claims.iter().map(|one| i32::try_from(field(one)).unwrap_or(i32::MAX)).collect()
    };
    let wanted = of(|one| one.claim.wanted);
    let share = small(|one| one.claim.share);
    let slots = small(|one| one.claim.slots.into());
    let caps = small(|one| one.max_in_flight.unwrap_or(0).into());
    let values = params![
        this => INT4, LEASE.as_secs_f64() => FLOAT8, ids => UUID_ARRAY, wanted => INT8_ARRAY, share => INT4_ARRAY,
        slots => INT4_ARRAY, caps => INT4_ARRAY,
    ];
    let rows = store.write_in(BEGIN, As::Worker, EXCHANGE, values).await?;
    let Some(first) = rows.first() else { return Ok(Exchange::NotLive) };
    let cells = Cells::limit_claims(first);
    if !cells.get::<bool>("is_live") {
        return Ok(Exchange::NotLive);
    }
    let nodes = Nodes { count: cells.number::<i32, u32>("nodes")?, this };
    let mut grants = vec![Grant::default(); claims.len()];
    for row in &rows {
        let Some(number) = row.get::<_, Option<i64>>("number") else { continue };
        let (node, claim) = claim(row)?;
        let grant = usize::try_from(number - 1).ok().and_then(|at| grants.get_mut(at));
        match grant {
            Some(grant) if node == this => (grant.share, grant.slots) = (claim.share, claim.slots),
            Some(grant) => grant.others.push((node, claim)),
            None => {}
        }
    }
    Ok(Exchange::Granted(nodes, grants))
}

fn claim(row: &Row) -> Result<(i32, Claim), StorageError> {
    let cells = Cells::limit_claims(row);
    let claim = Claim {
        wanted: cells.number::<i64, u64>("wanted")?,
        share: cells.number::<i32, u32>("share")?,
        slots: cells.number::<i32, u16>("slots")?,
    };
    Ok((cells.get("node"), claim))
}
