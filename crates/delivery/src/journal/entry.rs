//! The entries of the journal.

use crate::{numbers::LaneNumber, target::Target};
use std::sync::Arc;
use storage::{Append, Appended, Outcome, StorageError, Write};
use tokio::sync::oneshot;

/// Why an append was refused or not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    #[error("the journal is full")]
    Full,
    #[error("the journal is closed")]
    Closed,
    #[error("the tenant does not exist")]
    NoTenant,
    #[error("the store did not write it")]
    Store(#[source] Arc<StorageError>),
}

/// The subscriptions that each event of an append goes to, in the order of its events.
pub(crate) type Recipients = Vec<Vec<Arc<Target>>>;

pub(super) type Answer = Result<Vec<Appended>, AppendError>;

/// An entry that waits to be written, with the sender of its result.
pub(super) enum Entry {
    Append {
        append: Append,
        recipients: Recipients,
        bytes: usize,
        answer: oneshot::Sender<Answer>,
    },
    Outcome {
        lane: LaneNumber,
        outcome: Box<Outcome>,
    },
    Cancel(Write),
    /// Answered when all entries before it are durable.
    Flush(oneshot::Sender<()>),
}

impl Entry {
    /// Approximate number of rows that the entry writes.
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
