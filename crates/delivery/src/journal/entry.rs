//! The entries of the journal.

use crate::target::Target;
use std::sync::Arc;
use storage::{Append, Appended, Outcome, StorageError, Write};
use tokio::sync::oneshot;

/// Why an append was not taken or not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    #[error("the journal is full")]
    Full,
    #[error("the journal is closed")]
    Closed,
    #[error("the tenant does not exist")]
    NoTenant,
    #[error("the store did not take it")]
    Store(#[source] Arc<StorageError>),
}

/// Who gets each event of an append, in the order of its events.
pub(crate) type Recipients = Vec<Vec<Arc<Target>>>;

pub(super) type Answer = Result<Vec<Appended>, AppendError>;

/// Something that waits to be written, with whoever waits for it.
pub(super) enum Entry {
    Append {
        append: Append,
        recipients: Recipients,
        bytes: usize,
        answer: oneshot::Sender<Answer>,
    },
    Outcome {
        lane: usize,
        outcome: Box<Outcome>,
    },
    Cancel(Write),
    /// Answered when everything before it is durable.
    Flush(oneshot::Sender<()>),
}

impl Entry {
    /// About how many rows it writes.
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Append { append, .. } => {
                append.events.iter().map(|new| 1 + new.deliveries.len()).sum::<usize>().max(1)
            }
            Self::Outcome { .. } => 2,
            Self::Cancel(_) | Self::Flush(_) => 1,
        }
    }
}
