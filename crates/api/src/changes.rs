//! Applies the changes that other nodes make to the tenants, keys and event types in memory.

use crate::App;
use model::Timestamp;
use std::{collections::BTreeSet, sync::atomic::Ordering::Relaxed, time::Duration};
use storage::{Change, Shared, StorageError};

/// Polling interval for changes while no notification arrives.
const LOOK: Duration = Duration::from_millis(500);
/// Minimum interval between look-ups that unknown keys and tenants cause.
const BETWEEN: Duration = Duration::from_millis(20);

impl App {
    /// Starts the task that applies the changes of other nodes until the process ends.
    pub(crate) fn follow(&self) {
        if self.store.shared().is_none() {
            return;
        }
        let app = self.clone();
        tokio::spawn(async move {
            let mut seen = 0;
            while let Some(shared) = app.store.shared() {
                match app.learn(shared).await {
                    Ok(()) => {}
                    // The store is closed at the end of a stop, perhaps during this look.
                    Err(fault) if app.engine.is_draining() => {
                        tracing::debug!(error = %fault, "failed to read the changes of other nodes during the stop");
                    }
                    Err(fault) => tracing::warn!(error = %fault, "failed to read the changes of other nodes"),
                }
                tokio::select! {
                    count = shared.wait_for_signal(seen) => seen = count,
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        });
    }

    /// Reads the changes of other nodes at once, because a request named an unknown key or tenant. `false` when nothing
    /// was read: the store is not shared, the last look-up was just now, or the store failed.
    pub(crate) async fn look(&self) -> bool {
        let Some(shared) = self.store.shared() else { return false };
        let now = self.clock.now().micros();
        let last = self.looked_at.load(Relaxed);
        let soon = Timestamp::from_micros(last).after(BETWEEN).micros();
        if now < soon && now >= last || self.looked_at.compare_exchange(last, now, Relaxed, Relaxed).is_err() {
            return false;
        }
        self.learn(shared).await.is_ok()
    }

    async fn learn(&self, shared: &dyn Shared) -> Result<(), StorageError> {
        let mut version = self.version.lock().await;
        let _alone = self.changing_directory.write().await;
        let changes = shared.changes(*version).await?;
        match changes.list {
            None => {
                self.directory.replace(crate::auth::Directory::load(&*self.store).await?);
                self.learn_types().await?;
            }
            Some(list) => {
                let (mut tenants, mut keys, mut types) = (BTreeSet::new(), BTreeSet::new(), false);
                for change in list {
                    match change {
                        Change::Tenant(tenant) => drop(tenants.insert(tenant)),
                        Change::Key(tenant, _) => drop(keys.insert(tenant)),
                        Change::EventTypes => types = true,
                        Change::Subscription(..) | Change::Cancelled(..) => {}
                    }
                }
                for tenant in tenants {
                    match self.store.tenant(&tenant).await? {
                        Some(_) => self.directory.add_tenant(&tenant),
                        None => self.directory.remove_tenant(&tenant),
                    }
                }
                for tenant in keys {
                    self.directory.set_keys(&tenant, self.store.keys(&tenant).await?);
                }
                if types {
                    self.learn_types().await?;
                }
            }
        }
        *version = changes.version;
        Ok(())
    }

    async fn learn_types(&self) -> Result<(), StorageError> {
        let _changing = self.changing_types.lock().await;
        let entries = self.store.custom_types().await?;
        self.catalog.put(entries);
        Ok(())
    }
}
