//! Execution of statements whose rows are read strictly.

use crate::error::sqlite;
use rusqlite::{Params, Row, Statement};
use storage::StorageError;

/// Reads all rows.
pub(crate) fn all<T>(
    statement: &mut Statement<'_>,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, StorageError>,
) -> Result<Vec<T>, StorageError> {
    let mut found = statement.query(params).map_err(sqlite)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(sqlite)? {
        rows.push(read(row)?);
    }
    Ok(rows)
}

/// Reads the first row.
pub(crate) fn first<T>(
    statement: &mut Statement<'_>,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, StorageError>,
) -> Result<Option<T>, StorageError> {
    let mut found = statement.query(params).map_err(sqlite)?;
    found.next().map_err(sqlite)?.map(read).transpose()
}

/// Reads the row that a statement must return.
pub(crate) fn one<T>(
    statement: &mut Statement<'_>,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    first(statement, params, read)?.ok_or_else(|| sqlite(rusqlite::Error::QueryReturnedNoRows))
}
