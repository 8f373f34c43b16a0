//! Documents of the installation.

use crate::{
    PgStore,
    connect::{As, params},
    rows,
};
use async_trait::async_trait;
use bytes::Bytes;
use model::Timestamp;
use storage::{Document, Documents, StorageError};

#[async_trait]
impl Documents for PgStore {
    async fn document(&self, name: &str) -> Result<Option<Document>, StorageError> {
        let sql = "SELECT digest, body, put_at FROM postrider.documents WHERE name = $1";
        let rows = self.read(As::Worker, sql, params![name => TEXT]).await?;
        Ok(rows.first().map(|row| Document {
            digest: row.get("digest"),
            body: Bytes::copy_from_slice(row.get("body")),
            put_at: Timestamp::from_micros(row.get("put_at")),
        }))
    }

    async fn document_digest(&self, name: &str) -> Result<Option<(String, Timestamp)>, StorageError> {
        let sql = "SELECT digest, put_at FROM postrider.documents WHERE name = $1";
        let rows = self.read(As::Worker, sql, params![name => TEXT]).await?;
        Ok(rows.first().map(|row| (row.get("digest"), Timestamp::from_micros(row.get("put_at")))))
    }

    async fn document_names(&self) -> Result<Vec<String>, StorageError> {
        let rows = self.read(As::Worker, "SELECT name FROM postrider.documents ORDER BY name", &[]).await?;
        Ok(rows.iter().map(|row| row.get("name")).collect())
    }

    async fn put_document(&self, name: &str, document: &Document) -> Result<(), StorageError> {
        let sql = "INSERT INTO postrider.documents (name, put_at, digest, body) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (name) DO UPDATE SET put_at = $2, digest = $3, body = $4";
        let (digest, body) = (rows::text(&document.digest), &document.body[..]);
        let values = params![name => TEXT, document.put_at.micros() => INT8, digest => TEXT, body => BYTEA];
        self.write(As::Worker, sql, values).await?;
        Ok(())
    }
}
