//! The rotation of the store to another master key. One process has the file open, so nothing else can seal
//! a secret meanwhile.

use crate::{
    SqliteStore,
    cells::Cells,
    error::sqlite,
    key_records::{INSERT, counts, records},
    query,
};
use async_trait::async_trait;
use model::{SubscriptionId, TenantId};
use rusqlite::Transaction;
use storage::{
    FURTHER_KEY_CHECK, KEY_CHECK, KEY_ROTATION, MasterKeyUse, MasterKeys, ResealPlace, Resealed, RotationBegin,
    RotationEnd, StorageError, Vault,
    codec::{self, SealedColumns},
};

const TENANTS: &str = "SELECT id AS id, egress AS egress FROM tenants
    WHERE id > ?1 AND egress IS NOT NULL ORDER BY id LIMIT ?2";

const SUBSCRIPTIONS: &str = "SELECT tenant_id AS tenant_id, id AS id, headers AS headers, secrets AS secrets,
    credentials AS credentials FROM subscriptions WHERE (tenant_id, id) > (?1, ?2) ORDER BY tenant_id, id LIMIT ?3";

const SET_SUBSCRIPTION: &str =
    "UPDATE subscriptions SET headers = ?3, secrets = ?4, credentials = ?5 WHERE tenant_id = ?1 AND id = ?2";

/// Seals the egresses of up to `limit` tenants after `after` again.
fn reseal_tenants(
    vault: &Vault,
    tx: &Transaction<'_>,
    after: Option<&TenantId>,
    limit: u32,
) -> Result<Resealed, StorageError> {
    let mut statement = tx.prepare_cached(TENANTS).map_err(sqlite)?;
    let found = query::all(&mut statement, (after.map_or("", TenantId::as_str), limit), |row| {
        let cells = Cells::tenants(row);
        Ok((cells.tenant("id")?, cells.blob("egress")?.to_vec()))
    })?;
    let mut done = Resealed::default();
    for (id, egress) in &found {
        if let Some(egress) = codec::reseal_egress(vault, id, egress)? {
            tx.execute("UPDATE tenants SET egress = ?2 WHERE id = ?1", (id.as_str(), egress)).map_err(sqlite)?;
            done.rows += 1;
        }
    }
    done.next = Some(match found.into_iter().next_back() {
        Some((last, _)) => ResealPlace::Tenants(Some(last)),
        None => ResealPlace::Subscriptions(None),
    });
    Ok(done)
}

/// Seals up to `limit` subscriptions after `after` again.
fn reseal_subscriptions(
    vault: &Vault,
    tx: &Transaction<'_>,
    after: Option<&(TenantId, SubscriptionId)>,
    limit: u32,
) -> Result<Resealed, StorageError> {
    let mut statement = tx.prepare_cached(SUBSCRIPTIONS).map_err(sqlite)?;
    let (tenant, id) = after.map_or(("", &[0; 16]), |(tenant, id)| (tenant.as_str(), id.bytes()));
    let found = query::all(&mut statement, (tenant, id, limit), |row| {
        let cells = Cells::subscriptions(row);
        let columns = SealedColumns {
            headers: cells.blob("headers")?.to_vec(),
            secrets: cells.blob("secrets")?.to_vec(),
            credentials: cells.blob_or_none("credentials")?.map(<[u8]>::to_vec),
        };
        Ok((cells.tenant("tenant_id")?, cells.subscription_id("id")?, columns))
    })?;
    let mut done = Resealed::default();
    let mut set = tx.prepare_cached(SET_SUBSCRIPTION).map_err(sqlite)?;
    for (tenant, id, columns) in &found {
        if let Some(SealedColumns { headers, secrets, credentials }) =
            codec::reseal_subscription(vault, tenant, *id, columns)?
        {
            set.execute((tenant.as_str(), id.bytes(), headers, secrets, credentials)).map_err(sqlite)?;
            done.rows += 1;
        }
    }
    done.next = found.into_iter().next_back().map(|(tenant, id, _)| ResealPlace::Subscriptions(Some((tenant, id))));
    Ok(done)
}

#[async_trait]
impl MasterKeys for SqliteStore {
    async fn master_key_use(&self) -> Result<MasterKeyUse, StorageError> {
        let vault = self.vault.clone();
        self.readers
            .read(move |connection| {
                let snapshot = connection.unchecked_transaction().map_err(sqlite)?;
                Ok(MasterKeyUse::new(&vault, &records(&snapshot)?, counts(&snapshot)?))
            })
            .await
    }

    async fn begin_rotation(&self) -> Result<RotationBegin, StorageError> {
        let vault = self.vault.clone();
        self.writer
            .transaction(move |tx| {
                let records = records(tx)?;
                records.check(&vault)?;
                if records.have_only_current(&vault) {
                    return Ok(RotationBegin::NothingToDo);
                }
                tx.execute(INSERT, (KEY_ROTATION, vault.current_key().bytes())).map_err(sqlite)?;
                Ok(RotationBegin::Begun)
            })
            .await
    }

    async fn reseal(&self, after: ResealPlace, limit: u32) -> Result<Resealed, StorageError> {
        let vault = self.vault.clone();
        self.writer
            .transaction(move |tx| match &after {
                ResealPlace::Tenants(after) => reseal_tenants(&vault, tx, after.as_ref(), limit),
                ResealPlace::Subscriptions(after) => reseal_subscriptions(&vault, tx, after.as_ref(), limit),
            })
            .await
    }

    async fn end_rotation(&self) -> Result<RotationEnd, StorageError> {
        let vault = self.vault.clone();
        self.writer
            .transaction(move |tx| {
                let records = records(tx)?;
                if records.rotation != Some(vault.current_key()) {
                    return Ok(RotationEnd::NotBegun);
                }
                let remaining = MasterKeyUse::new(&vault, &records, counts(tx)?).remaining();
                if remaining > 0 {
                    return Ok(RotationEnd::Remaining(remaining));
                }
                tx.execute("DELETE FROM meta WHERE name >= ?1 AND name < 'key_check0'", [FURTHER_KEY_CHECK])
                    .map_err(sqlite)?;
                tx.execute("DELETE FROM meta WHERE name = ?1", [KEY_ROTATION]).map_err(sqlite)?;
                tx.execute(INSERT, (KEY_CHECK, codec::new_key_check(&vault.clone().with_key_ids()))).map_err(sqlite)?;
                Ok(RotationEnd::Ended)
            })
            .await
    }
}
