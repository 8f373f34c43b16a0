//! Stores the states of circuit breakers, in batches. Other nodes learn of them like of any change of a subscription, and
//! a restart finds them.

use crate::control::Control;
use std::{sync::Arc, time::Duration};
use storage::{BreakerChange, StorageError};

/// Time for which the next pauses of open breakers are gathered into one transaction. A crash may lose them: the probe is
/// then made again.
const GATHER: Duration = Duration::from_secs(1);
/// Pause after a failure of the store.
const PAUSE: Duration = Duration::from_secs(1);

/// Stores the states of circuit breakers.
pub(crate) struct BreakerTask {
    pub(crate) control: Arc<Control>,
}

impl BreakerTask {
    /// Runs until it is dropped.
    pub(crate) async fn run(self) {
        let breakers = &self.control.dispatcher.breakers;
        loop {
            let changes = breakers.take();
            if changes.is_empty() {
                breakers.arrived().await;
                // Breakers that have opened or closed are stored at once.
                drop(tokio::time::timeout(GATHER, breakers.urgent()).await);
                continue;
            }
            if let Err(fault) = self.store(&changes).await {
                tracing::warn!(error = %fault, "failed to store the states of circuit breakers; retrying");
                breakers.put_back(changes);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    async fn store(&self, changes: &[BreakerChange]) -> Result<(), StorageError> {
        self.control.set_breakers(changes, "probe_succeeded").await?;
        for change in changes {
            self.control.read_again(&change.tenant, change.subscription).await?;
        }
        Ok(())
    }
}
