//! The only thread that writes. Work comes down a channel and runs one piece after the other.

use crate::{
    checkpoint::Checkpointer,
    error::{closed, sqlite},
    tenants,
};
use model::TenantId;
use parking_lot::Mutex;
use rusqlite::Connection;
use std::{path::Path, sync::mpsc, thread::JoinHandle};
use storage::StorageError;
use tokio::sync::oneshot;

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

#[derive(Debug)]
pub(crate) struct Writer {
    work: Mutex<Option<mpsc::Sender<Work>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// `lock` is held as long as the thread runs.
    pub(crate) fn start(mut connection: Connection, path: &Path, lock: std::fs::File) -> Result<Self, StorageError> {
        let (work, queue) = mpsc::channel::<Work>();
        let checkpointer = Checkpointer::start(path)?;
        Checkpointer::watch(&connection);
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || {
                while let Ok(job) = queue.recv() {
                    job(&mut connection);
                    checkpointer.between(&connection);
                }
                checkpointer.stop();
                // The last one out folds the log into the file, so that the file alone is the whole store.
                if let Err(fault) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
                    tracing::warn!(error = %fault, "the last checkpoint failed; the log will be read at the next start");
                }
                drop(connection);
                drop(lock);
            })
            .map_err(StorageError::unavailable)?;
        Ok(Self { work: Mutex::new(Some(work)), thread: Mutex::new(Some(thread)) })
    }

    /// Runs `job` on the writer's thread.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (answer, result) = oneshot::channel();
        let work: Work = Box::new(move |connection| {
            // Nobody waits any more when the caller was cancelled; what was done stays done.
            let _ = answer.send(job(connection));
        });
        match &*self.work.lock() {
            Some(queue) => queue.send(work).map_err(closed)?,
            None => return Err(closed(())),
        }
        result.await.map_err(closed)?
    }

    /// Runs `job` in a transaction on the writer's thread.
    pub(crate) async fn transaction<T: Send + 'static>(
        &self,
        job: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        self.call(move |connection| {
            let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(sqlite)?;
            let result = job(&tx)?;
            tx.commit().map_err(sqlite)?;
            Ok(result)
        })
        .await
    }

    /// Runs `job` in a transaction on what a tenant owns; answers `gone` when there is no such tenant, or it is being
    /// deleted.
    pub(crate) async fn transaction_of<T: Send + 'static>(
        &self,
        tenant: &TenantId,
        gone: T,
        job: impl FnOnce(&rusqlite::Transaction<'_>, &TenantId) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let tenant = tenant.clone();
        self.transaction(move |tx| if tenants::exists(tx, &tenant)? { job(tx, &tenant) } else { Ok(gone) }).await
    }

    /// Takes no more work, finishes what was taken, and folds the log.
    pub(crate) async fn close(&self) -> Result<(), StorageError> {
        drop(self.work.lock().take());
        let thread = self.thread.lock().take();
        if let Some(thread) = thread {
            tokio::task::spawn_blocking(move || thread.join()).await.map_err(closed)?.map_err(closed)?;
        }
        Ok(())
    }
}
