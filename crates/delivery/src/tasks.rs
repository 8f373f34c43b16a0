//! The tasks of an engine: each runs until its engine stops.

use tokio::sync::watch;

/// Starts tasks, and cancels them all at once.
#[derive(Debug)]
pub(crate) struct Tasks {
    stopping: watch::Sender<bool>,
}

impl Default for Tasks {
    fn default() -> Self {
        Self { stopping: watch::Sender::new(false) }
    }
}

impl Tasks {
    /// Runs `task` until it ends or the engine stops.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut stopping = self.stopping.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                () = task => {}
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
        });
    }

    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }
}
