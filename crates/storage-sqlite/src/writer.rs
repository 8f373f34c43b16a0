//! The only thread that writes. Jobs arrive on a channel and run one after the other.

use crate::{
    checkpoint::Checkpointer,
    error::{closed, name_holder, sqlite},
    existence,
    file::{Gone, Lock, Place},
};
use model::TenantId;
use parking_lot::Mutex;
use rusqlite::Connection;
use std::{
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    thread::JoinHandle,
    time::Duration,
};
use storage::StorageError;
use tokio::sync::oneshot;

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

#[derive(Debug)]
pub(crate) struct Writer {
    work: Mutex<Option<mpsc::Sender<Work>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    place: Arc<Place>,
}

/// Interval at which an idle writer checks that its file is still there, so that a missing file is logged without
/// writes.
const LOOK: Duration = Duration::from_secs(5);

impl Writer {
    /// Holds `lock` for the lifetime of the thread.
    pub(crate) fn start(mut connection: Connection, lock: Lock, place: Arc<Place>) -> Result<Self, StorageError> {
        let (work, queue) = mpsc::channel::<Work>();
        let checkpointer = Checkpointer::start(place.path())?;
        Checkpointer::watch(&connection);
        let looked_at = place.clone();
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || {
                let mut was_there = true;
                loop {
                    match queue.recv_timeout(LOOK) {
                        Ok(job) => {
                            job(&mut connection);
                            checkpointer.between(&connection);
                        }
                        Err(RecvTimeoutError::Timeout) => note(looked_at.is_there(), &mut was_there),
                        Err(RecvTimeoutError::Disconnected) => break,
                    }
                }
                checkpointer.stop();
                // The final checkpoint moves the whole log into the file, so that the file alone is the complete store.
                if let Err(fault) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
                    tracing::warn!(error = %fault, "final checkpoint failed; the log is replayed at the next start");
                }
                drop(connection);
                drop(lock);
            })
            .map_err(StorageError::unavailable)?;
        Ok(Self { work: Mutex::new(Some(work)), thread: Mutex::new(Some(thread)), place })
    }

    /// Runs `job` on the writer's thread.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (answer, result) = oneshot::channel();
        let place = self.place.clone();
        let work: Work = Box::new(move |connection| {
            // A write into a removed file is not durable, so it is not acknowledged. (Writes that were acknowledged
            // just before the removal are lost with the file.)
            let done = match job(connection) {
                Ok(done) => place.is_there().map(|()| done).map_err(|gone| StorageError::unavailable(gone).unsure()),
                Err(fault) => Err(name_holder(fault, &place.index())),
            };
            // The receiver is dropped when the caller was cancelled; the job's effects remain.
            let _ = answer.send(done);
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

    /// Runs `job` in a transaction on one tenant's data; returns `gone` when the tenant does not exist or is being
    /// deleted.
    pub(crate) async fn transaction_of<T: Send + 'static>(
        &self,
        tenant: &TenantId,
        gone: T,
        job: impl FnOnce(&rusqlite::Transaction<'_>, &TenantId) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let tenant = tenant.clone();
        self.transaction(move |tx| if existence::exists(tx, &tenant)? { job(tx, &tenant) } else { Ok(gone) }).await
    }

    /// Accepts no more jobs, finishes queued ones, and checkpoints the log.
    pub(crate) async fn close(&self) -> Result<(), StorageError> {
        drop(self.work.lock().take());
        let thread = self.thread.lock().take();
        if let Some(thread) = thread {
            tokio::task::spawn_blocking(move || thread.join()).await.map_err(closed)?.map_err(closed)?;
        }
        Ok(())
    }
}

/// Logs once that the file is missing, and once that it is back.
fn note(there: Result<(), Gone>, was_there: &mut bool) {
    match (&there, *was_there) {
        (Err(gone), true) => tracing::error!(error = %gone, "store file missing; writes are refused until it is back"),
        (Ok(()), false) => tracing::info!("the store file is back"),
        _ => {}
    }
    *was_there = there.is_ok();
}
