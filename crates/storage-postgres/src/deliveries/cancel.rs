//! Cancels waiting deliveries by their ids, and tells the nodes.

use crate::{
    PgStore,
    cells::Cells,
    codes::CANCELLED,
    connect::{As, Tx, params},
    rows, statistics,
    tenants::THERE,
};
use model::{DeliveryId, TenantId, Timestamp};
use std::{collections::BTreeSet, sync::LazyLock};
use storage::{CANCELLED_BY_REQUEST, StorageError};
use uuid::Uuid;

/// `$1` tenant, `$2` ids, `$3` time. The order of the locks is that of a commit, which prevents deadlocks.
pub(crate) static CANCEL: LazyLock<String> = LazyLock::new(|| {
    let columns = rows::BOTH;
    format!(
        "WITH picked AS MATERIALIZED (
             SELECT id FROM postrider.waiting WHERE tenant_id = $1 AND id = ANY ($2) AND {THERE} ORDER BY id FOR UPDATE
         ), gone AS (
             DELETE FROM postrider.waiting w USING picked p WHERE w.tenant_id = $1 AND w.id = p.id RETURNING w.*
         ), logged AS (
             INSERT INTO postrider.deliveries ({columns}) SELECT tenant_id, id, subscription_id, event_type, given_id,
                 {CANCELLED}, attempts, earlier_attempts, $3, response_code, '{CANCELLED_BY_REQUEST}', duration_us FROM gone
         )
         SELECT id, subscription_id, event_type FROM gone ORDER BY id"
    )
});

/// `$1` tenant, `$2` subscriptions.
pub(crate) const TELL: &str = "WITH next AS (UPDATE postrider.config SET version = version + 1 RETURNING version)
    INSERT INTO postrider.changes (version, kind, tenant_id, id, cancelled)
    SELECT next.version, 3, $1, s.id, true FROM next, unnest($2::uuid[]) AS s (id)";

pub(super) async fn cancel(
    store: &PgStore,
    tenant: &TenantId,
    ids: &[DeliveryId],
    now: Timestamp,
) -> Result<Vec<DeliveryId>, StorageError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    // As the installation: a tenant's role cannot write the changes that nodes read.
    let tx = Tx::begin(&store.0.pool, As::Worker).await?;
    let values = params![tenant.as_str() => TEXT, ids => UUID_ARRAY, now.micros() => INT8];
    let gone = tx.query(&CANCEL, values).await?;
    statistics::changes::cancelled(store, &tx, tenant, &gone, now).await?;
    let subscriptions: BTreeSet<Uuid> = gone.iter().map(|row| row.get("subscription_id")).collect();
    if !subscriptions.is_empty() {
        let subscriptions: Vec<Uuid> = subscriptions.into_iter().collect();
        tx.query(TELL, params![tenant.as_str() => TEXT, subscriptions => UUID_ARRAY]).await?;
        tx.query("SELECT pg_notify('postrider', 'changes')", &[]).await?;
    }
    tx.commit().await?;
    Ok(gone.iter().map(|row| Cells::waiting(row).delivery_id("id")).collect())
}
