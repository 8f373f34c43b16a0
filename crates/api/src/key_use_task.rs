//! Stores the last use of keys once a minute.

use crate::App;
use std::time::Duration;

/// The task in lists.
const NAME: &str = "key_uses";
/// Interval at which uses are stored.
const STORE: Duration = Duration::from_secs(60);

impl App {
    /// Starts the task that stores the uses of keys. It ends with the API.
    pub(crate) fn store_key_uses(&self) {
        self.engine.rounds.schedule(NAME, STORE);
        let app = self.downgrade();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(STORE).await;
                let Some(app) = app.upgrade() else { return };
                let (uses, began) = (app.key_uses.take(), app.clock.now());
                let result = if uses.is_empty() { Ok(()) } else { app.store.use_keys(&uses).await };
                app.engine.rounds.record(NAME, began, app.clock.now(), &result);
                if let Err(fault) = result {
                    tracing::warn!(error = %fault, "failed to store when keys were last used");
                }
            }
        });
    }
}
