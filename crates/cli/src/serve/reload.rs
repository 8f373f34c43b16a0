//! SIGHUP: reads the configuration again and applies the settings of the log, and reads the TLS certificate again. All
//! other settings need a restart.

use crate::{
    config::{Config, Flags},
    logging::LogSettings,
};
use api::LogControl;
use std::{path::PathBuf, sync::Arc};
use tokio::{signal::unix::Signal, sync::Notify};

/// Where the configuration comes from beside the environment.
#[derive(Clone)]
pub(super) struct Origins {
    pub(super) file: Option<PathBuf>,
    pub(super) flags: Flags,
}

/// Applies the configured log at every signal, and notifies `certificate`.
pub(super) async fn follow(mut hangup: Signal, origins: Origins, log: Arc<LogSettings>, certificate: Arc<Notify>) {
    while hangup.recv().await.is_some() {
        certificate.notify_one();
        match apply(&origins, &log) {
            Ok(()) => {
                let (filter, sample) = (log.filter(), log.sample());
                tracing::info!(filter, sample, "read the log's settings again (SIGHUP)");
            }
            Err(fault) => tracing::error!(error = format!("{fault:#}"), "SIGHUP changed nothing"),
        }
    }
}

fn apply(origins: &Origins, log: &LogSettings) -> anyhow::Result<()> {
    let config = Config::read(origins.file.as_deref(), origins.flags.clone())?;
    log.set_filter(&config.log).map_err(|fault| anyhow::anyhow!("POSTRIDER_LOG {fault}"))?;
    log.set_sample(config.log_sample);
    Ok(())
}
