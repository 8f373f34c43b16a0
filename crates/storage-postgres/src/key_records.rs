//! The records of the master keys, the counts of values by key, and the check at the start.

use crate::{
    codes::LEFT,
    connect::{As, Fault, Tx, params},
    error,
};
use const_format::formatcp;
use storage::{CurrentKey, KEY_CHECK, KeyRecords, StorageError, Vault, codec, further_key_check};
use tokio_postgres::{Client, Row};

/// Serialises registrations and changes of the records, so that no node joins with keys that were checked against
/// earlier records.
const LOCK: i64 = 0x706f_7374_0023;
pub(crate) const LOCKED: &str = formatcp!("SELECT pg_advisory_xact_lock({LOCK})");

pub(crate) const RECORDS: &str = "SELECT name, value FROM postrider.meta
    WHERE name IN ('key_check', 'key_rotation') OR starts_with(name, 'key_check/') ORDER BY name";

/// The sealed values by the id of their key, which is empty in the form without one.
pub(crate) const COUNTS: &str =
    "SELECT CASE WHEN substring(value FROM 1 FOR 1) = '\\x02' THEN substring(value FROM 2 FOR 8)
        ELSE ''::bytea END AS id, count(*) AS found FROM (
        SELECT headers AS value FROM postrider.subscriptions
        UNION ALL SELECT secrets FROM postrider.subscriptions
        UNION ALL SELECT credentials FROM postrider.subscriptions WHERE credentials IS NOT NULL
        UNION ALL SELECT egress FROM postrider.tenants WHERE egress IS NOT NULL) sealed
    GROUP BY 1";

/// The keys of nodes that run. A node that was declared lost may still run, so the heartbeat decides and not the state.
const NODES: &str = formatcp!(
    "SELECT name, coalesce(master_keys, '') AS master_keys FROM postrider.nodes
     WHERE state <> {LEFT} AND heartbeat_at > clock_timestamp() - interval '15 seconds' ORDER BY name"
);

pub(crate) const PUT: &str = "INSERT INTO postrider.meta (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";

pub(crate) fn read_records(rows: &[Row]) -> Result<KeyRecords, StorageError> {
    KeyRecords::read(rows.iter().map(|row| (row.get("name"), row.get("value"))))
}

pub(crate) async fn records(client: &Client) -> Result<KeyRecords, StorageError> {
    read_records(&client.query_typed(RECORDS, &[]).await.map_err(error::postgres)?)
}

pub(crate) fn read_counts(rows: &[Row]) -> Vec<(Vec<u8>, u64)> {
    rows.iter().map(|row| (row.get("id"), u64::try_from(row.get::<_, i64>("found")).unwrap_or(0))).collect()
}

pub(crate) async fn counts(client: &Client) -> Result<Vec<(Vec<u8>, u64)>, StorageError> {
    Ok(read_counts(&client.query_typed(COUNTS, &[]).await.map_err(error::postgres)?))
}

/// Names of the nodes for whose keys `is_bad` is true.
pub(crate) async fn nodes_with(tx: &Tx, is_bad: impl Fn(&[&str]) -> bool) -> Result<Vec<String>, Fault> {
    let rows = tx.query(NODES, &[]).await?;
    let keys = |row: &Row| is_bad(&row.get::<_, &str>("master_keys").split(' ').collect::<Vec<_>>());
    Ok(rows.iter().filter(|row| keys(row)).map(|row| row.get("name")).collect())
}

/// Checks that the vault has every key of the store, so that a wrong key is detected at the start and not at the first
/// delivery; and records its current key, which all live nodes must have. Returns the vault for this store.
pub(crate) async fn check(store: &deadpool_postgres::Pool, vault: Vault) -> Result<Vault, StorageError> {
    let tx = Tx::begin(store, As::Worker).await?;
    tx.query(LOCKED, &[]).await?;
    let records = read_records(&tx.query(RECORDS, &[]).await?)?;
    let vault = if records.name_keys() { vault.with_key_ids() } else { vault };
    let current = vault.current_key().to_string();
    let name = match records.check(&vault)? {
        CurrentKey::Recorded => None,
        CurrentKey::First => Some(KEY_CHECK.to_owned()),
        CurrentKey::New => {
            let nodes = nodes_with(&tx, |keys| !keys.contains(&&*current)).await?;
            if !nodes.is_empty() {
                return Err(StorageError::UnknownToNodes { id: current, nodes });
            }
            Some(further_key_check(vault.current_key()))
        }
    };
    if let Some(name) = name {
        tx.query(PUT, params![name => TEXT, codec::new_key_check(&vault) => BYTEA]).await?;
    }
    tx.commit().await?;
    Ok(vault)
}
