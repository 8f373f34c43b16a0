//! Event types that an installation adds to the shipped catalog.

use crate::{
    PgStore,
    cells::Cells,
    connect::{As, params},
};
use async_trait::async_trait;
use model::{
    EventType, JsonObject,
    catalog::{CatalogEntry, Origin},
};
use serde::de::DeserializeOwned;
use storage::{CustomTypes, RegisterOutcome, StorageError};
use tokio_postgres::Row;

fn read(row: &Row) -> Result<CatalogEntry, StorageError> {
    let cells = Cells::custom_types(row);
    Ok(CatalogEntry {
        event_type: EventType::trusted(cells.get("event_type")),
        category: cells.get("category"),
        description: cells.get("description"),
        schema: json(&cells, "schema")?,
        example: json(&cells, "example")?,
        origin: Origin::Custom,
        retired: cells.get("retired"),
    })
}

fn json<T: DeserializeOwned>(cells: &Cells<'_>, column: &str) -> Result<Option<T>, StorageError> {
    let text: Option<&str> = cells.get(column);
    text.map(serde_json::from_str).transpose().map_err(|fault| cells.corrupt(column, fault))
}

#[async_trait]
impl CustomTypes for PgStore {
    async fn custom_types(&self) -> Result<Vec<CatalogEntry>, StorageError> {
        let sql = "SELECT event_type, category, description, schema, example, retired FROM postrider.custom_types";
        let rows = self.read(As::Worker, sql, &[]).await?;
        rows.iter().map(read).collect()
    }

    async fn register_custom_type(&self, entry: &CatalogEntry) -> Result<RegisterOutcome, StorageError> {
        let written = write(self, entry, "WHERE c.retired").await?;
        Ok(if written == 0 { RegisterOutcome::AlreadyRegistered } else { RegisterOutcome::Registered })
    }

    async fn put_custom_type(&self, entry: &CatalogEntry) -> Result<(), StorageError> {
        write(self, entry, "").await.map(drop)
    }
}

/// Upserts the entry if `when` allows the replacement. Returns the number of written rows.
async fn write(store: &PgStore, entry: &CatalogEntry, when: &str) -> Result<usize, StorageError> {
    let sql = format!(
        "INSERT INTO postrider.custom_types AS c (event_type, category, description, schema, example, retired)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (event_type) DO UPDATE SET category = $2,
             description = $3, schema = $4, example = $5, retired = $6 {when} RETURNING 1"
    );
    let (schema, example) =
        (entry.schema.as_ref().map(ToString::to_string), entry.example.as_ref().map(JsonObject::as_str));
    let (category, description) = (crate::rows::text(&entry.category), crate::rows::text(&entry.description));
    let values = params![
        entry.event_type.as_str() => TEXT, category => TEXT, description => TEXT, schema => TEXT, example => TEXT,
        entry.retired => BOOL,
    ];
    Ok(store.write(As::Worker, &sql, values).await?.len())
}
