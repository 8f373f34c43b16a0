//! Changes that nodes hand to each other for live streams. Both tables are small and not logged: their loss at a crash of
//! the database interrupts streams, which then read everything again.

use crate::{
    PgStore,
    cells::Cells,
    codes::owner,
    connect::{As, params},
};
use storage::{FEED_WANTED, FeedExchanged, FeedPacket, NodeId, StorageError};

/// $1 this node, $2 whether it has streams, $3 and $4 its packet, $5 and $6 the last known packet of each other node, $7
/// the time in seconds for which a node counts as one that has streams. A packet is kept for three times the interval of
/// a slow round.
pub(crate) const EXCHANGE: &str = "WITH listening AS (
        INSERT INTO postrider.feed_listeners (node, until)
        SELECT $1, clock_timestamp() + make_interval(secs => $7) WHERE $2
        ON CONFLICT (node) DO UPDATE SET until = excluded.until
    ), sent AS (
        INSERT INTO postrider.feed_packets (node, number, entries) SELECT $1, $3, $4 WHERE $4 IS NOT NULL
    ), old_packets AS (
        DELETE FROM postrider.feed_packets WHERE made_at < clock_timestamp() - interval '10 seconds'
    ), old_listeners AS (
        DELETE FROM postrider.feed_listeners WHERE node <> $1 AND until < clock_timestamp() - interval '1 hour'
    )
    SELECT EXISTS (
            SELECT 1 FROM postrider.feed_listeners WHERE node <> $1 AND until > clock_timestamp()) AS is_wanted,
        p.node, p.number, p.entries
    FROM (SELECT 1) one LEFT JOIN (
        SELECT node, number, entries FROM postrider.feed_packets p
        WHERE $2 AND node <> $1 AND made_at > clock_timestamp() - interval '5 seconds' AND NOT EXISTS (
            SELECT 1 FROM unnest($5::integer[], $6::bigint[]) AS k (node, number)
            WHERE k.node = p.node AND k.number >= p.number)
    ) p ON true ORDER BY p.node, p.number";

pub(crate) async fn exchange(
    store: &PgStore,
    listens: bool,
    packet: Option<(i64, &[u8])>,
    known: &[(NodeId, i64)],
) -> Result<FeedExchanged, StorageError> {
    let nodes: Vec<i32> = known.iter().map(|(node, _)| node.number()).collect();
    let numbers: Vec<i64> = known.iter().map(|(_, number)| *number).collect();
    let (number, entries) = packet.unzip();
    let values = params![
        owner(store.node()) => INT4, listens => BOOL, number => INT8, entries => BYTEA, nodes => INT4_ARRAY,
        numbers => INT8_ARRAY, FEED_WANTED.as_secs_f64() => FLOAT8,
    ];
    let rows = store.write(As::Worker, EXCHANGE, values).await?;
    let is_wanted = rows.first().is_some_and(|row| row.get("is_wanted"));
    let mut packets = Vec::new();
    for row in &rows {
        let Some(node) = row.get::<_, Option<i32>>("node") else { continue };
        let Some(node) = NodeId::from_number(node) else { continue };
        let cells = Cells::feed_packets(row);
        packets.push(FeedPacket { node, number: cells.get("number"), entries: cells.get("entries") });
    }
    Ok(FeedExchanged { is_wanted, packets })
}
