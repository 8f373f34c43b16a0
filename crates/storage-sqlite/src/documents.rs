//! Documents of the installation.

use crate::{SqliteStore, error::sqlite, rows};
use async_trait::async_trait;
use bytes::Bytes;
use model::Timestamp;
use rusqlite::OptionalExtension;
use storage::{Document, Documents, StorageError};

#[async_trait]
impl Documents for SqliteStore {
    async fn document(&self, name: &str) -> Result<Option<Document>, StorageError> {
        let name = name.to_owned();
        self.readers
            .read(move |connection| {
                let mut statement = connection
                    .prepare_cached("SELECT digest, body, put_at FROM documents WHERE name = ?1")
                    .map_err(sqlite)?;
                let read = |row: &rusqlite::Row<'_>| {
                    Ok(Document {
                        digest: row.get("digest")?,
                        body: Bytes::copy_from_slice(row.get_ref("body")?.as_blob()?),
                        put_at: rows::time(row, "put_at")?,
                    })
                };
                statement.query_row([name], read).optional().map_err(sqlite)
            })
            .await
    }

    async fn document_digest(&self, name: &str) -> Result<Option<(String, Timestamp)>, StorageError> {
        let name = name.to_owned();
        self.readers
            .read(move |connection| {
                let mut statement = connection
                    .prepare_cached("SELECT digest, put_at FROM documents WHERE name = ?1")
                    .map_err(sqlite)?;
                let read = |row: &rusqlite::Row<'_>| Ok((row.get("digest")?, rows::time(row, "put_at")?));
                statement.query_row([name], read).optional().map_err(sqlite)
            })
            .await
    }

    async fn document_names(&self) -> Result<Vec<String>, StorageError> {
        self.readers
            .read(|connection| {
                let mut statement = connection.prepare("SELECT name FROM documents ORDER BY name").map_err(sqlite)?;
                let found = statement.query_map([], |row| row.get(0)).map_err(sqlite)?;
                found.map(|row| row.map_err(sqlite)).collect()
            })
            .await
    }

    async fn put_document(&self, name: &str, document: &Document) -> Result<(), StorageError> {
        let (name, document) = (name.to_owned(), document.clone());
        self.writer
            .transaction(move |tx| {
                tx.execute(
                    "INSERT OR REPLACE INTO documents (name, put_at, digest, body) VALUES (?1, ?2, ?3, ?4)",
                    (name, document.put_at.micros(), document.digest, &document.body[..]),
                )
                .map(drop)
                .map_err(sqlite)
            })
            .await
    }
}
