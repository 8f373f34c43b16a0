//! Event types that an installation adds to the shipped catalog.

use crate::{SqliteStore, error::sqlite};
use async_trait::async_trait;
use model::{
    EventType,
    catalog::{CatalogEntry, Origin},
};
use storage::{CustomTypes, StorageError};

fn json<T: serde::de::DeserializeOwned>(text: Option<String>) -> Result<Option<T>, StorageError> {
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|_| StorageError::corrupt("a custom type's schema or example"))
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

    async fn put_custom_type(&self, entry: &CatalogEntry) -> Result<(), StorageError> {
        let entry = entry.clone();
        self.writer
            .transaction(move |tx| {
                tx.execute(
                    "INSERT OR REPLACE INTO custom_types
                     (event_type, category, description, schema, example, retired) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    (
                        entry.event_type.as_str(),
                        &entry.category,
                        &entry.description,
                        entry.schema.as_ref().map(ToString::to_string),
                        entry.example.as_ref().map(crate::rows::map_text),
                        entry.retired,
                    ),
                )
                .map(drop)
                .map_err(sqlite)
            })
            .await
    }
}
