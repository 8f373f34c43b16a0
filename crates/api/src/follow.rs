//! What other nodes change is true here too, a moment later: tenants, keys and event types are kept in memory.

use crate::{App, types::Known};
use model::Timestamp;
use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};
use storage::{Change, Shared, StorageError};

/// Between two looks, when nobody says that there is something new.
const LOOK: Duration = Duration::from_millis(500);
/// Callers who are not known make us look at once, but not more often than this.
const BETWEEN: Duration = Duration::from_millis(20);

impl App {
    /// Follows what others change, until the process ends.
    pub(crate) fn follow(&self) {
        if self.store.shared().is_none() {
            return;
        }
        let app = self.clone();
        tokio::spawn(async move {
            let mut seen = 0;
            while let Some(shared) = app.store.shared() {
                if let Err(fault) = app.learn(shared).await {
                    tracing::warn!(error = %fault, "could not learn what has changed");
                }
                tokio::select! {
                    count = shared.signalled(seen) => seen = count,
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        });
    }

    /// Looks at once for what others have changed: somebody speaks of what is not known here. `false` when there is no
    /// use in it.
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
                        Change::Subscription(..) => {}
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
        let mut known = self.known.write();
        let mut catalog = known.catalog.clone();
        for entry in entries {
            catalog.put(entry);
        }
        *known = Arc::new(Known::new(catalog));
        Ok(())
    }
}
