//! The master keys of the store, and the rotation to another one. Nodes can have different keys while they are restarted
//! one after the other, so a key becomes the current one of a node only when all live nodes have it, and a rotation begins
//! only when it is the current one of all of them.

use crate::{
    PgStore,
    cells::Cells,
    codes::LEFT,
    connect::{As, Fault, READ_BY_INDEX, Tx, params},
    error,
};
use async_trait::async_trait;
use const_format::formatcp;
use futures_util::future::join_all;
use model::{SubscriptionId, TenantId};
use storage::{
    CurrentKey, FURTHER_KEY_CHECK, KEY_CHECK, KEY_ROTATION, KeyRecords, MasterKeyUse, MasterKeys, ResealPlace,
    Resealed, RotationBegin, RotationEnd, StorageError, Vault,
    codec::{self, SealedColumns},
    further_key_check,
};
use tokio_postgres::{Client, Row};
use uuid::Uuid;

/// Serialises registrations and changes of the records, so that no node joins with keys that were checked against
/// earlier records.
const LOCK: i64 = 0x706f_7374_0023;
pub(crate) const LOCKED: &str = formatcp!("SELECT pg_advisory_xact_lock({LOCK})");

const RECORDS: &str = "SELECT name, value FROM postrider.meta
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

const TENANTS: &str = "SELECT id, egress FROM postrider.tenants
    WHERE id > $1 AND egress IS NOT NULL ORDER BY id LIMIT $2";

const SUBSCRIPTIONS: &str = "SELECT tenant_id, id, headers, secrets, credentials FROM postrider.subscriptions
    WHERE (tenant_id, id) > ($1, $2) ORDER BY tenant_id, id LIMIT $3";

const SET_TENANT: &str = "UPDATE postrider.tenants SET egress = $3 WHERE id = $1 AND egress = $2 RETURNING 1";

const SET_SUBSCRIPTION: &str = "UPDATE postrider.subscriptions SET headers = $6, secrets = $7, credentials = $8
    WHERE tenant_id = $1 AND id = $2 AND headers = $3 AND secrets = $4 AND credentials IS NOT DISTINCT FROM $5
    RETURNING 1";

/// The begin of a transaction that seals again: no node needs to read the row.
const RESEAL: &str = "BEGIN; SET LOCAL postrider.reseals = 'on'";

const PUT: &str = "INSERT INTO postrider.meta (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";

fn read_records(rows: &[Row]) -> Result<KeyRecords, StorageError> {
    KeyRecords::read(rows.iter().map(|row| (row.get("name"), row.get("value"))))
}

pub(crate) async fn records(client: &Client) -> Result<KeyRecords, StorageError> {
    read_records(&client.query_typed(RECORDS, &[]).await.map_err(error::postgres)?)
}

fn read_counts(rows: &[Row]) -> Vec<(Vec<u8>, u64)> {
    rows.iter().map(|row| (row.get("id"), u64::try_from(row.get::<_, i64>("found")).unwrap_or(0))).collect()
}

pub(crate) async fn counts(client: &Client) -> Result<Vec<(Vec<u8>, u64)>, StorageError> {
    Ok(read_counts(&client.query_typed(COUNTS, &[]).await.map_err(error::postgres)?))
}

/// The ids of a vault's keys as a node records them, the current one first.
fn key_ids(vault: &Vault) -> String {
    let ids: Vec<String> =
        std::iter::once(vault.current_key()).chain(vault.other_keys()).map(|id| id.to_string()).collect();
    ids.join(" ")
}

/// Names of the nodes for whose keys `is_bad` is true.
async fn nodes_with(tx: &Tx, is_bad: impl Fn(&[&str]) -> bool) -> Result<Vec<String>, Fault> {
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

impl PgStore {
    /// Compares the keys of this node with the records once more, in the transaction that registers it; returns the ids
    /// of its keys.
    pub(crate) async fn check_keys_again(&self, tx: &Tx) -> Result<String, Fault> {
        let records = read_records(&tx.query(RECORDS, &[]).await?)?;
        match records.check(&self.0.vault)? {
            CurrentKey::Recorded => Ok(key_ids(&self.0.vault)),
            // Another process has ended a rotation since this one opened the store.
            CurrentKey::First | CurrentKey::New => Err(StorageError::WrongMasterKey.into()),
        }
    }

    async fn reseal_tenants(&self, after: Option<&TenantId>, limit: u32) -> Result<Resealed, StorageError> {
        let values = params![after.map_or("", TenantId::as_str) => TEXT, i64::from(limit) => INT8];
        let rows = self.read_in(READ_BY_INDEX, As::Worker, TENANTS, values).await?;
        let mut done = Resealed::default();
        let mut last = None;
        for row in &rows {
            let (id, known): (TenantId, Vec<u8>) = (Cells::tenants(row).tenant("id"), row.get("egress"));
            if let Some(egress) = codec::reseal_egress(&self.0.vault, &id, &known)? {
                let values = params![id.as_str() => TEXT, known => BYTEA, egress => BYTEA];
                done.count(self.write_in(RESEAL, As::Worker, SET_TENANT, values).await?.len());
            }
            last = Some(id);
        }
        done.next = Some(last.map_or(ResealPlace::Subscriptions(None), |last| ResealPlace::Tenants(Some(last))));
        Ok(done)
    }

    /// Each row has a transaction of its own, so that its lock is held for no longer than one write.
    async fn reseal_subscriptions(
        &self,
        after: Option<&(TenantId, SubscriptionId)>,
        limit: u32,
    ) -> Result<Resealed, StorageError> {
        let (tenant, id) = after.map_or(("", Uuid::nil()), |(tenant, id)| (tenant.as_str(), id.uuid()));
        let values = params![tenant => TEXT, id => UUID, i64::from(limit) => INT8];
        let rows = self.read_in(READ_BY_INDEX, As::Worker, SUBSCRIPTIONS, values).await?;
        let mut changes = Vec::new();
        let mut last = None;
        for row in &rows {
            let cells = Cells::subscriptions(row);
            let (tenant, id) = (cells.tenant("tenant_id"), cells.subscription_id("id"));
            let known = SealedColumns {
                headers: cells.get("headers"),
                secrets: cells.get("secrets"),
                credentials: cells.get("credentials"),
            };
            if let Some(next) = codec::reseal_subscription(&self.0.vault, &tenant, id, &known)? {
                changes.push((tenant.clone(), id, known, next));
            }
            last = Some((tenant, id));
        }
        let mut done = Resealed::default();
        // A few at once, because each waits for the disk.
        for some in changes.chunks(4) {
            for written in join_all(some.iter().map(|change| self.set_sealed(change))).await {
                done.count(written?);
            }
        }
        done.next = last.map(|last| ResealPlace::Subscriptions(Some(last)));
        Ok(done)
    }

    /// Returns the number of written rows: none when the row has changed meanwhile.
    async fn set_sealed(
        &self,
        (tenant, id, known, next): &(TenantId, SubscriptionId, SealedColumns, SealedColumns),
    ) -> Result<usize, StorageError> {
        let values = params![
            tenant.as_str() => TEXT, id.uuid() => UUID, known.headers => BYTEA, known.secrets => BYTEA,
            known.credentials => BYTEA, next.headers => BYTEA, next.secrets => BYTEA, next.credentials => BYTEA,
        ];
        Ok(self.write_in(RESEAL, As::Worker, SET_SUBSCRIPTION, values).await?.len())
    }
}

#[async_trait]
impl MasterKeys for PgStore {
    async fn master_key_use(&self) -> Result<MasterKeyUse, StorageError> {
        let records = read_records(&self.read(As::Worker, RECORDS, &[]).await?)?;
        let counts = read_counts(&self.read(As::Worker, COUNTS, &[]).await?);
        Ok(MasterKeyUse::new(&self.0.vault, &records, counts))
    }

    async fn begin_rotation(&self) -> Result<RotationBegin, StorageError> {
        let vault = &self.0.vault;
        let tx = Tx::begin(&self.0.pool, As::Worker).await?;
        tx.query(LOCKED, &[]).await?;
        let records = read_records(&tx.query(RECORDS, &[]).await?)?;
        records.check(vault)?;
        if records.have_only_current(vault) {
            return Ok(RotationBegin::NothingToDo);
        }
        let current = vault.current_key();
        let wanted = current.to_string();
        let nodes = nodes_with(&tx, |keys| keys.first() != Some(&&*wanted)).await?;
        if !nodes.is_empty() {
            return Ok(RotationBegin::OtherNodes(nodes));
        }
        tx.query(PUT, params![KEY_ROTATION => TEXT, &current.bytes()[..] => BYTEA]).await?;
        tx.commit().await?;
        Ok(RotationBegin::Begun)
    }

    async fn reseal(&self, after: ResealPlace, limit: u32) -> Result<Resealed, StorageError> {
        match &after {
            ResealPlace::Tenants(after) => self.reseal_tenants(after.as_ref(), limit).await,
            ResealPlace::Subscriptions(after) => self.reseal_subscriptions(after.as_ref(), limit).await,
        }
    }

    async fn end_rotation(&self) -> Result<RotationEnd, StorageError> {
        let vault = &self.0.vault;
        let tx = Tx::begin(&self.0.pool, As::Worker).await?;
        tx.query(LOCKED, &[]).await?;
        let records = read_records(&tx.query(RECORDS, &[]).await?)?;
        if records.rotation != Some(vault.current_key()) {
            return Ok(RotationEnd::NotBegun);
        }
        let remaining = MasterKeyUse::new(vault, &records, read_counts(&tx.query(COUNTS, &[]).await?)).remaining();
        if remaining > 0 {
            return Ok(RotationEnd::Remaining(remaining));
        }
        let gone = "DELETE FROM postrider.meta WHERE starts_with(name, $1) OR name = $2";
        tx.query(gone, params![FURTHER_KEY_CHECK => TEXT, KEY_ROTATION => TEXT]).await?;
        let check = codec::new_key_check(&vault.clone().with_key_ids());
        tx.query(PUT, params![KEY_CHECK => TEXT, check => BYTEA]).await?;
        tx.commit().await?;
        Ok(RotationEnd::Ended)
    }
}
