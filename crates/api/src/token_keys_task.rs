//! Reads the keys of the identity provider again and again.

use crate::{
    App,
    auth::{REFRESH, RETRY},
};

/// The task in lists.
const NAME: &str = "token_keys";

impl App {
    /// Starts the task that reads the keys of the provider, if tokens need it. It ends with the API.
    pub(crate) fn read_token_keys(&self) {
        if !self.settings.tokens.as_ref().is_some_and(|tokens| tokens.has_source()) {
            return;
        }
        self.engine.rounds.schedule(NAME, REFRESH);
        let app = self.downgrade();
        tokio::spawn(async move {
            let mut failed = false;
            loop {
                let wait = {
                    let Some(app) = app.upgrade() else { return };
                    let Some(tokens) = &app.settings.tokens else { return };
                    let began = app.clock.now();
                    let result = tokens.refresh(began).await;
                    app.engine.rounds.record(NAME, began, app.clock.now(), &result);
                    match (&result, failed) {
                        (Err(fault), false) => {
                            tracing::warn!(error = %fault, "failed to read the keys of the identity provider");
                        }
                        (Ok(()), true) => tracing::info!("the keys of the identity provider are read again"),
                        _ => {}
                    }
                    failed = result.is_err();
                    if failed { RETRY } else { REFRESH }
                };
                tokio::time::sleep(wait).await;
            }
        });
    }
}
