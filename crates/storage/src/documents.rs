//! Documents of the installation's own: large texts that are put and read as a whole.

use crate::StorageError;
use async_trait::async_trait;
use bytes::Bytes;
use model::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What is asked of it often, in short, so that the body need not be read for it.
    pub digest: String,
    /// Byte for byte as it came.
    pub body: Bytes,
    pub put_at: Timestamp,
}

#[async_trait]
pub trait Documents: Send + Sync {
    async fn document(&self, name: &str) -> Result<Option<Document>, StorageError>;

    /// Its digest, and when it was put, without the body.
    async fn document_digest(&self, name: &str) -> Result<Option<(String, Timestamp)>, StorageError>;

    /// The names of all of them, for a transfer.
    async fn document_names(&self) -> Result<Vec<String>, StorageError>;

    /// Puts it in the place of the one of this name.
    async fn put_document(&self, name: &str, document: &Document) -> Result<(), StorageError>;
}
