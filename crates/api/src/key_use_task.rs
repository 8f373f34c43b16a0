//! Stores the last use of keys once a minute.

use crate::App;
use std::time::Duration;

/// Interval at which uses are stored.
const STORE: Duration = Duration::from_secs(60);

impl App {
    /// Starts the task that stores the uses of keys. It ends with the API.
    pub(crate) fn store_key_uses(&self) {
        let app = self.downgrade();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(STORE).await;
                let Some(app) = app.upgrade() else { return };
                let uses = app.key_uses.take();
                if !uses.is_empty()
                    && let Err(fault) = app.store.use_keys(&uses).await
                {
                    tracing::warn!(error = %fault, "failed to store when keys were last used");
                }
            }
        });
    }
}
