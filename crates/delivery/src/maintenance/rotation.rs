//! Rotation of the master key: seals every secret again with the current key while the server serves. The rows show
//! what is left to do, so a rotation that was interrupted begins again at the first row and passes quickly over those
//! that are done.

use parking_lot::Mutex;
use std::{sync::Arc, time::Duration};
use storage::{MasterKeyUse, ResealPlace, RotationBegin, RotationEnd, StorageError, Store};
use tokio::sync::Notify;

/// Rows of a step, which is one transaction in a SQLite file: few, so that commits of events hardly wait for it.
const STEP: u32 = 20;
/// Pause between two steps, in which other writes go on.
const PAUSE: Duration = Duration::from_millis(2);
/// Pause after a failure of the store.
const AGAIN: Duration = Duration::from_secs(1);

/// The rotation of this node.
pub struct Rotation {
    store: Arc<dyn Store>,
    /// Notified when a rotation has begun on this node.
    wake: Notify,
    /// The error that has ended the last attempt.
    problem: Mutex<Option<String>>,
}

impl std::fmt::Debug for Rotation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rotation").finish_non_exhaustive()
    }
}

impl Rotation {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, wake: Notify::new(), problem: Mutex::default() }
    }

    /// Begins a rotation to the current key, or continues one.
    pub async fn begin(&self) -> Result<RotationBegin, StorageError> {
        let begun = self.store.begin_rotation().await?;
        if begun == RotationBegin::Begun {
            *self.problem.lock() = None;
            self.wake.notify_one();
        }
        Ok(begun)
    }

    /// The keys and the counts of what they have sealed.
    pub async fn key_use(&self) -> Result<MasterKeyUse, StorageError> {
        self.store.master_key_use().await
    }

    /// The error because of which this node does not go on with a rotation.
    pub fn problem(&self) -> Option<String> {
        self.problem.lock().clone()
    }

    /// Works whenever a rotation has begun, and at the start if one was interrupted. Runs until it is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            match self.rotate().await {
                Ok(()) => self.wake.notified().await,
                Err(fault @ (StorageError::Unavailable(_) | StorageError::Unsure(_))) => {
                    tracing::warn!(error = %fault, "failed to seal secrets with the new master key; it will be tried again");
                    tokio::time::sleep(AGAIN).await;
                }
                Err(fault) => {
                    tracing::error!(error = %fault, "the rotation of the master key cannot go on");
                    *self.problem.lock() = Some(fault.to_string());
                    self.wake.notified().await;
                }
            }
        }
    }

    /// Makes passes until a rotation that has begun is ended.
    async fn rotate(&self) -> Result<(), StorageError> {
        let mut rows = 0;
        loop {
            // First, because it tells whether a rotation has begun.
            match self.store.end_rotation().await? {
                RotationEnd::NotBegun => return Ok(()),
                RotationEnd::Ended => {
                    tracing::info!(rows, "the rotation of the master key is complete: the former keys can be removed");
                    return Ok(());
                }
                RotationEnd::Remaining(values) => {
                    tracing::info!(values, "sealing secrets with the new master key");
                }
            }
            rows += self.pass().await?;
        }
    }

    /// Looks at every row once; returns the number of rows that were sealed again.
    async fn pass(&self) -> Result<u64, StorageError> {
        let (mut place, mut rows) = (Some(ResealPlace::BEGIN), 0);
        while let Some(after) = place {
            let done = self.store.reseal(after, STEP).await?;
            rows += u64::from(done.rows);
            place = done.next;
            tokio::time::sleep(PAUSE).await;
        }
        Ok(rows)
    }
}
