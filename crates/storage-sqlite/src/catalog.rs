//! Event types that an installation adds to the shipped catalog.

use crate::{SqliteStore, error::sqlite};
use async_trait::async_trait;
use model::{
    EventType, JsonObject,
    catalog::{CatalogEntry, Origin},
};
use storage::{CustomTypes, RegisterOutcome, StorageError};

fn json<T: serde::de::DeserializeOwned>(text: Option<String>) -> Result<Option<T>, StorageError> {
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|_| StorageError::corrupt("schema or example of an event type"))
}

#[async_trait]
impl CustomTypes for SqliteStore {
    async fn custom_types(&self) -> Result<Vec<CatalogEntry>, StorageError> {
        self.readers
            .read(|connection| {
                let sql = "SELECT event_type, category, description, schema, example, retired FROM custom_types";
                let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
                let mut found = statement.query([]).map_err(sqlite)?;
                let mut entries = Vec::new();
                while let Some(row) = found.next().map_err(sqlite)? {
                    let name: String = row.get(0).map_err(sqlite)?;
                    entries.push(CatalogEntry {
                        event_type: EventType::trusted(&name),
                        category: row.get(1).map_err(sqlite)?,
                        description: row.get(2).map_err(sqlite)?,
                        schema: json(row.get(3).map_err(sqlite)?)?,
                        example: json(row.get(4).map_err(sqlite)?)?,
                        origin: Origin::Custom,
                        retired: row.get(5).map_err(sqlite)?,
                    });
                }
                Ok(entries)
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
