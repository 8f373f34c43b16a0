//! Signals of the operator: SIGTERM and SIGINT stop the server, SIGHUP reads the log's settings again.

use anyhow::Context;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that stop the server, from this value's creation on.
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    pub(super) fn new() -> anyhow::Result<Self> {
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    /// Returns at the next signal.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Returns after `wait`, or at the next signal.
    pub(super) async fn next_within(&mut self, wait: Duration) {
        let _ = tokio::time::timeout(wait, self.next()).await;
    }
}

/// SIGHUP, which would end the process otherwise.
pub(super) fn hangup() -> anyhow::Result<Signal> {
    listen(SignalKind::hangup())
}

fn listen(kind: SignalKind) -> anyhow::Result<Signal> {
    signal(kind).context("failed to register signal handlers")
}
