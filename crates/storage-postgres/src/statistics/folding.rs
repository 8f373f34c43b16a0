//! The state of the folds of statistics.

use std::sync::atomic::AtomicBool;

/// Folds of this node.
#[derive(Debug, Default)]
pub(crate) struct Folding {
    /// Held during a fold, so that concurrent reads wait here and not with a connection.
    pub(super) turn: tokio::sync::Mutex<()>,
    /// A fold is scheduled.
    pub(super) is_awaited: AtomicBool,
}
