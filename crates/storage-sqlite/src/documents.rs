//! Documents of the installation.

use crate::{SqliteStore, cells::Cells, error::sqlite, query};
use async_trait::async_trait;
use bytes::Bytes;
use model::Timestamp;
use storage::{Document, Documents, StorageError};

#[async_trait]
impl Documents for SqliteStore {
    async fn document(&self, name: &str) -> Result<Option<Document>, StorageError> {
        let name = name.to_owned();
        self.readers
            .read(move |connection| {
                let mut statement = connection
                    .prepare_cached("SELECT name, digest, body, put_at FROM documents WHERE name = ?1")
                    .map_err(sqlite)?;
                query::first(&mut statement, [name], |row| {
                    let cells = Cells::documents(row);
                    Ok(Document {
                        digest: cells.get("digest")?,
                        body: Bytes::copy_from_slice(cells.blob("body")?),
                        put_at: cells.time("put_at")?,
                    })
                })
            })
            .await
    }

    async fn document_digest(&self, name: &str) -> Result<Option<(String, Timestamp)>, StorageError> {
        let name = name.to_owned();
        self.readers
            .read(move |connection| {
                let mut statement = connection
                    .prepare_cached("SELECT name, digest, put_at FROM documents WHERE name = ?1")
                    .map_err(sqlite)?;
                query::first(&mut statement, [name], |row| {
                    let cells = Cells::documents(row);
                    Ok((cells.get("digest")?, cells.time("put_at")?))
                })
            })
            .await
    }

    async fn document_names(&self) -> Result<Vec<String>, StorageError> {
        self.readers
            .read(|connection| {
                let mut statement = connection.prepare("SELECT name FROM documents ORDER BY name").map_err(sqlite)?;
                query::all(&mut statement, [], |row| Cells::documents(row).get("name"))
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
