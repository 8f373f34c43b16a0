//! Existence of tenants, as every operation on a tenant's data sees it.

use crate::error::sqlite;
use model::TenantId;
use rusqlite::Connection;
use storage::StorageError;

/// True when the tenant exists. A tenant that is being deleted does not exist for any other operation.
pub(crate) fn exists(connection: &Connection, id: &TenantId) -> Result<bool, StorageError> {
    connection.prepare_cached(EXISTS).and_then(|mut statement| statement.exists([id.as_str()])).map_err(sqlite)
}

pub(crate) const EXISTS: &str = "SELECT 1 FROM tenants WHERE id = ?1 AND deleting = 0";
