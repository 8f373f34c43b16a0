//! Moves what is in the write-ahead log into the file, on a thread of its own, so that no commit waits for it.
//!
//! A passive checkpoint lets the writer go on. But while it runs new pages are added, and the log starts anew only when
//! all of it has been moved; so after the large part is done here, the writer itself moves the small rest.

use crate::{error::sqlite, open_failed};
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

/// The log is moved when it has this many pages of 4 KiB.
const PAGES: i32 = 16_000;

thread_local! {
    /// How long the log was after this thread's last commit. (SQLite's hook takes a plain function.)
    static LOG_PAGES: Cell<i32> = const { Cell::new(0) };
}

/// The writer's end.
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
                            tracing::warn!(error = %fault, "a checkpoint failed; the log grows until one works")
                        }
                    }
                }
            })
            .map_err(StorageError::unavailable)?;
        Ok(Self { ask, moved, thread })
    }

    /// Hears of every commit of the writer's connection.
    pub(crate) fn watch(connection: &Connection) {
        connection.wal_hook(Some(|_, pages| {
            LOG_PAGES.set(pages);
            Ok(())
        }));
    }

    /// Called by the writer between two pieces of work.
    pub(crate) fn between(&self, connection: &Connection) {
        if self.moved.compare_exchange(true, false, AcqRel, std::sync::atomic::Ordering::Relaxed).is_ok() {
            if let Err(fault) = passive(connection) {
                tracing::warn!(error = %fault, "the rest of a checkpoint failed");
            }
            LOG_PAGES.set(0);
        } else if LOG_PAGES.get() >= PAGES {
            // Full means that it has been asked already.
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
