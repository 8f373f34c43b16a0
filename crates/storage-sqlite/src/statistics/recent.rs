//! Attempts of subscriptions in the last hours.

use super::pending::read_pending;
use crate::error::sqlite;
use model::{SubscriptionId, TenantId, policy::health::Recent, statistics::Hour};
use rusqlite::{CachedStatement, Connection};
use std::collections::HashMap;
use storage::StorageError;

/// Look-ups of attempts since an hour: a few rows along the primary key for each subscription.
pub(crate) struct RecentAttempts<'c> {
    from: Hour,
    rows: CachedStatement<'c>,
    pending: HashMap<(TenantId, SubscriptionId), Recent>,
}

impl<'c> RecentAttempts<'c> {
    pub(crate) fn prepare(connection: &'c Connection, from: Hour) -> Result<Self, StorageError> {
        // The two hours are named, since a range of hours would read the rows of all subscriptions.
        let sql = "SELECT coalesce(sum(attempts), 0), coalesce(sum(failed_attempts), 0) FROM statistics
                   WHERE tenant_id = ?1 AND hour IN (?2, ?2 + 1) AND subscription_id = ?3";
        let rows = connection.prepare_cached(sql).map_err(sqlite)?;
        let mut pending = HashMap::<_, Recent>::new();
        for (key, counts) in read_pending(connection)?.iter().filter(|(key, _)| key.hour >= from) {
            let sum = pending.entry((key.tenant.clone(), key.subscription)).or_default();
            sum.attempts += counts.attempts;
            sum.failed += counts.failed_attempts;
        }
        Ok(Self { from, rows, pending })
    }

    pub(crate) fn of(&mut self, tenant: &TenantId, id: SubscriptionId) -> Result<Recent, StorageError> {
        let values = (tenant.as_str(), self.from.number(), id.bytes());
        let read = |row: &rusqlite::Row<'_>| Ok(Recent { attempts: row.get(0)?, failed: row.get(1)? });
        let mut sum = self.rows.query_row(values, read).map_err(sqlite)?;
        if let Some(pending) = self.pending.get(&(tenant.clone(), id)) {
            sum.attempts += pending.attempts;
            sum.failed += pending.failed;
        }
        Ok(sum)
    }
}
