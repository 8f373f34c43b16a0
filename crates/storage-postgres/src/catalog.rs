//! Event types that an installation adds to the shipped catalog.

use crate::{
    PgStore,
    connect::{As, params},
};
use async_trait::async_trait;
use model::{
    EventType,
    catalog::{CatalogEntry, Origin},
};
use storage::{CustomTypes, StorageError, codec};

fn json<T: serde::de::DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, StorageError> {
    text.map(serde_json::from_str).transpose().map_err(|_| StorageError::corrupt("a custom type's schema or example"))
}

#[async_trait]
impl CustomTypes for PgStore {
    async fn custom_types(&self) -> Result<Vec<CatalogEntry>, StorageError> {
        let sql = "SELECT event_type, category, description, schema, example, retired FROM postrider.custom_types";
        let rows = self.read(As::Worker, sql, &[]).await?;
        let entry = |row: &tokio_postgres::Row| {
            Ok(CatalogEntry {
                event_type: EventType::trusted(row.get("event_type")),
                category: row.get("category"),
                description: row.get("description"),
                schema: json(row.get("schema"))?,
                example: json(row.get("example"))?,
                origin: Origin::Custom,
                retired: row.get("retired"),
            })
        };
        rows.iter().map(entry).collect()
    }

    async fn put_custom_type(&self, entry: &CatalogEntry) -> Result<(), StorageError> {
        let sql = "INSERT INTO postrider.custom_types (event_type, category, description, schema, example, retired)
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (event_type) DO UPDATE SET category = $2,
                   description = $3, schema = $4, example = $5, retired = $6";
        let (schema, example) =
            (entry.schema.as_ref().map(ToString::to_string), entry.example.as_ref().map(codec::map_text));
        let (category, description) = (crate::rows::text(&entry.category), crate::rows::text(&entry.description));
        self.write(As::Worker, sql, params![
            entry.event_type.as_str() => TEXT, category => TEXT, description => TEXT, schema => TEXT, example => TEXT,
            entry.retired => BOOL,
        ])
        .await?;
        Ok(())
    }
}
