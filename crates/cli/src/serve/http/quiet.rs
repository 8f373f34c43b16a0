//! A rate limit on log messages about clients, so that a hostile one cannot fill the disk with them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// Interval between messages.
pub(super) const EVERY: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct Quiet {
    is_quiet: AtomicBool,
    /// Occasions since the last message.
    unsaid: AtomicU64,
}

impl Quiet {
    /// True for the first occasion of an interval; at its end `summarise` gets the number of the others, unless there were
    /// none.
    pub(super) fn may_say(self: &Arc<Self>, summarise: impl FnOnce(u64) + Send + 'static) -> bool {
        if self.is_quiet.swap(true, Relaxed) {
            self.unsaid.fetch_add(1, Relaxed);
            return false;
        }
        let quiet = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(EVERY).await;
            let count = quiet.unsaid.swap(0, Relaxed);
            if count > 0 {
                summarise(count);
            }
            quiet.is_quiet.store(false, Relaxed);
        });
        true
    }
}
