//! The records of the master keys, the counts of values by key, and the check at the start.

use crate::{cells::Cells, error::sqlite, query};
use rusqlite::{Connection, Row, TransactionBehavior::Immediate};
use storage::{CurrentKey, KEY_CHECK, KeyRecords, StorageError, Vault, codec, further_key_check};

/// The records of the keys.
const RECORDS: &str = "SELECT name AS name, value AS value FROM meta
    WHERE name IN ('key_check', 'key_rotation') OR name >= 'key_check/' AND name < 'key_check0' ORDER BY name";

/// The sealed values by the id of their key, which is empty in the form without one.
const COUNTS: &str = "SELECT CASE WHEN substr(value, 1, 1) = x'02' THEN substr(value, 2, 8) ELSE x'' END AS id,
    count(*) AS found FROM (
        SELECT headers AS value FROM subscriptions
        UNION ALL SELECT secrets FROM subscriptions
        UNION ALL SELECT credentials FROM subscriptions WHERE credentials IS NOT NULL
        UNION ALL SELECT egress FROM tenants WHERE egress IS NOT NULL)
    GROUP BY 1";

pub(crate) const INSERT: &str = "INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)";

pub(crate) fn records(connection: &Connection) -> Result<KeyRecords, StorageError> {
    let mut statement = connection.prepare(RECORDS).map_err(sqlite)?;
    let rows = query::all(&mut statement, [], |row| {
        let cells = Cells::meta(row);
        Ok((cells.text("name")?.to_owned(), cells.blob("value")?.to_vec()))
    })?;
    KeyRecords::read(rows.iter().map(|(name, value)| (&**name, &**value)))
}

pub(crate) fn counts(connection: &Connection) -> Result<Vec<(Vec<u8>, u64)>, StorageError> {
    let mut statement = connection.prepare(COUNTS).map_err(sqlite)?;
    let count = |row: &Row<'_>| Ok((row.get("id").map_err(sqlite)?, row.get("found").map_err(sqlite)?));
    query::all(&mut statement, [], count)
}

/// Checks that the vault has every key of the store, so that a wrong key is detected at the start and not at the first
/// delivery; and records its current key. Returns the vault for this store.
pub(crate) fn check(connection: &mut Connection, vault: Vault) -> Result<Vault, StorageError> {
    let tx = connection.transaction_with_behavior(Immediate).map_err(sqlite)?;
    let records = records(&tx)?;
    let vault = if records.name_keys() { vault.with_key_ids() } else { vault };
    let name = match records.check(&vault)? {
        CurrentKey::Recorded => None,
        CurrentKey::First => Some(KEY_CHECK.to_owned()),
        CurrentKey::New => Some(further_key_check(vault.current_key())),
    };
    if let Some(name) = name {
        tx.execute(INSERT, (name, codec::new_key_check(&vault))).map_err(sqlite)?;
    }
    tx.commit().map_err(sqlite)?;
    Ok(vault)
}
