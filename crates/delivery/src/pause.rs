//! The pause of an installation: nothing is sent, whatever else goes on. It is kept in the store, so that it outlives a
//! restart and holds for all nodes, and so that a restored copy cannot begin to send by itself.

use crate::engine::Engine;
use std::sync::{Arc, atomic::Ordering::Relaxed};
use storage::StorageError;

impl Engine {
    /// Whether nothing is sent.
    pub fn is_paused(&self) -> bool {
        self.paused.load(Relaxed)
    }

    /// Pauses or resumes the whole installation. Requests that are under way are finished.
    pub async fn set_paused(self: &Arc<Self>, paused: bool) -> Result<(), StorageError> {
        self.store.set_paused(paused).await?;
        self.pause_changed(paused);
        Ok(())
    }

    /// Does here what the store says.
    pub(crate) async fn follow_pause(self: &Arc<Self>) -> Result<(), StorageError> {
        let paused = self.store.is_paused().await?;
        self.pause_changed(paused);
        Ok(())
    }

    fn pause_changed(self: &Arc<Self>, paused: bool) {
        if self.paused.swap(paused, Relaxed) == paused {
            return;
        }
        if paused {
            tracing::warn!("deliveries are paused: nothing is sent until somebody resumes them");
        } else {
            tracing::info!("deliveries are resumed");
        }
        self.work(self.lanes.set_paused(paused));
    }
}
