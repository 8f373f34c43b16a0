//! Event types that an installation adds to the shipped catalog.

use crate::{SqliteStore, cells::Cells, error::sqlite, query};
use async_trait::async_trait;
use model::{
    EventType, JsonObject,
    catalog::{CatalogEntry, Origin},
};
use rusqlite::Row;
use serde::de::DeserializeOwned;
use storage::{CustomTypes, RegisterOutcome, StorageError};

fn read(row: &Row<'_>) -> Result<CatalogEntry, StorageError> {
    let cells = Cells::custom_types(row);
    Ok(CatalogEntry {
        event_type: EventType::trusted(cells.text("event_type")?),
        category: cells.get("category")?,
        description: cells.get("description")?,
        schema: json(&cells, "schema")?,
        example: json(&cells, "example")?,
        origin: Origin::Custom,
        retired: cells.flag("retired")?,
    })
}

fn json<T: DeserializeOwned>(cells: &Cells<'_, '_>, column: &str) -> Result<Option<T>, StorageError> {
    let text = cells.text_or_none(column)?;
    text.map(serde_json::from_str).transpose().map_err(|fault| cells.corrupt(column, fault))
}

#[async_trait]
impl CustomTypes for SqliteStore {
    async fn custom_types(&self) -> Result<Vec<CatalogEntry>, StorageError> {
        self.readers
            .read(|connection| {
                let sql = "SELECT event_type, category, description, schema, example, retired FROM custom_types";
                let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
                query::all(&mut statement, [], read)
            })
            .await
    }

    async fn register_custom_type(&self, entry: &CatalogEntry) -> Result<RegisterOutcome, StorageError> {
        let written = write(self, entry, "WHERE custom_types.retired").await?;
        Ok(if written == 0 { RegisterOutcome::AlreadyRegistered } else { RegisterOutcome::Registered })
    }

    async fn put_custom_type(&self, entry: &CatalogEntry) -> Result<(), StorageError> {
        write(self, entry, "").await.map(drop)
    }
}

/// Upserts the entry if `when` allows the replacement. Returns the number of written rows.
async fn write(store: &SqliteStore, entry: &CatalogEntry, when: &'static str) -> Result<usize, StorageError> {
    let entry = entry.clone();
    store
        .writer
        .transaction(move |tx| {
            let sql = format!(
                "INSERT INTO custom_types (event_type, category, description, schema, example, retired)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (event_type) DO UPDATE SET category = ?2,
                 description = ?3, schema = ?4, example = ?5, retired = ?6 {when}"
            );
            tx.execute(
                &sql,
                (
                    entry.event_type.as_str(),
                    &entry.category,
                    &entry.description,
                    entry.schema.as_ref().map(ToString::to_string),
                    entry.example.as_ref().map(JsonObject::as_str),
                    entry.retired,
                ),
            )
            .map_err(sqlite)
        })
        .await
}
