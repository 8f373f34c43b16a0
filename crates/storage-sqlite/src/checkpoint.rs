//! Checkpoints of the write-ahead log, on a thread of their own, so that commits do not wait for them.
//!
//! A passive checkpoint does not block the writer. The writer therefore appends pages while it runs, but the log can
//! only restart once all pages are checkpointed. So this thread checkpoints the large part, and the writer itself the
//! small remainder.

use crate::error::{open_failed, sqlite};
use rusqlite::Connection;
use std::{
    cell::Cell,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::AcqRel},
        mpsc,
    },
    thread::JoinHandle,
};
use storage::StorageError;

/// A checkpoint starts when the log has this many pages of 4 KiB.
const PAGES: i32 = 16_000;

thread_local! {
    /// Length of the log in pages after this thread's last commit. (Thread-local, because SQLite's hook is a plain
    /// function.)
    static LOG_PAGES: Cell<i32> = const { Cell::new(0) };
}

/// The writer's handle of the checkpoint thread.
pub(crate) struct Checkpointer {
    ask: mpsc::SyncSender<()>,
    moved: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Checkpointer {
    pub(crate) fn start(path: &Path) -> Result<Self, StorageError> {
        let connection = Connection::open(path).map_err(|fault| open_failed(path, fault))?;
        connection.pragma_update(None, "synchronous", "full").map_err(sqlite)?;
        connection.pragma_update(None, "cache_size", -512).map_err(sqlite)?;
        let (ask, asked) = mpsc::sync_channel(1);
        let moved = Arc::new(AtomicBool::new(false));
        let done = moved.clone();
        let thread = std::thread::Builder::new()
            .name("sqlite-checkpoint".into())
            .spawn(move || {
                while asked.recv().is_ok() {
                    match passive(&connection) {
                        Ok(()) => done.store(true, std::sync::atomic::Ordering::Release),
                        Err(fault) => {
                            tracing::warn!(error = %fault, "checkpoint failed; the log grows until one succeeds")
                        }
                    }
                }
            })
            .map_err(StorageError::unavailable)?;
        Ok(Self { ask, moved, thread })
    }

    /// Records the log's length after every commit of the writer's connection.
    pub(crate) fn watch(connection: &Connection) {
        connection.wal_hook(Some(|_, pages| {
            LOG_PAGES.set(pages);
            Ok(())
        }));
    }

    /// Called by the writer between two jobs.
    pub(crate) fn between(&self, connection: &Connection) {
        if self.moved.compare_exchange(true, false, AcqRel, std::sync::atomic::Ordering::Relaxed).is_ok() {
            if let Err(fault) = passive(connection) {
                tracing::warn!(error = %fault, "failed to checkpoint the remainder of the write-ahead log");
            }
            LOG_PAGES.set(0);
        } else if LOG_PAGES.get() >= PAGES {
            // A full channel means that a checkpoint is requested already.
            let _ = self.ask.try_send(());
            LOG_PAGES.set(0);
        }
    }

    pub(crate) fn stop(self) {
        drop(self.ask);
        let _ = self.thread.join();
    }
}

fn passive(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}
