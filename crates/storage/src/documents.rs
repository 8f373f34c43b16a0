//! Documents of the installation: large texts that are written and read as a whole.

use crate::StorageError;
use async_trait::async_trait;
use bytes::Bytes;
use model::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// A short form for frequent reads, which then need not read the body.
    pub digest: String,
    /// The bytes exactly as they were received.
    pub body: Bytes,
    pub put_at: Timestamp,
}

#[async_trait]
pub trait Documents: Send + Sync {
    async fn document(&self, name: &str) -> Result<Option<Document>, StorageError>;

    /// A document's digest and the time when it was stored, without the body.
    async fn document_digest(&self, name: &str) -> Result<Option<(String, Timestamp)>, StorageError>;

    /// The names of all documents, for a transfer to another store.
    async fn document_names(&self) -> Result<Vec<String>, StorageError>;

    /// Upserts a document by its name.
    async fn put_document(&self, name: &str, document: &Document) -> Result<(), StorageError>;
}
