//! The rotation of the store to another master key. Nodes can have different keys while they are restarted
//! one after the other, so a key becomes the current one of a node only when all live nodes have it, and a rotation begins
//! only when it is the current one of all of them.

use crate::{
    PgStore,
    cells::Cells,
    connect::{As, Fault, READ_BY_INDEX, Tx, params},
    key_records::{COUNTS, LOCKED, PUT, RECORDS, nodes_with, read_counts, read_records},
};
use async_trait::async_trait;
use futures_util::future::join_all;
use model::{SubscriptionId, TenantId};
use storage::{
    CurrentKey, FURTHER_KEY_CHECK, KEY_CHECK, KEY_ROTATION, MasterKeyUse, MasterKeys, ResealPlace, Resealed,
    RotationBegin, RotationEnd, StorageError, Vault,
    codec::{self, SealedColumns},
};
use uuid::Uuid;

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

/// The ids of a vault's keys as a node records them, the current one first.
fn key_ids(vault: &Vault) -> String {
    let ids: Vec<String> =
        std::iter::once(vault.current_key()).chain(vault.other_keys()).map(|id| id.to_string()).collect();
    ids.join(" ")
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
