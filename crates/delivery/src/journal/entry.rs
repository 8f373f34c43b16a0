//! The entries of the journal.

use super::tally::Tally;
use crate::{feed::Subject, numbers::LaneNumber, target::Target};
use std::sync::Arc;
use storage::{Append, Appended, StorageError, Write};
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

impl AppendError {
    /// The class of the error, for traces.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Full => "journal_full",
            Self::Closed => "journal_closed",
            Self::NoTenant => "no_tenant",
            Self::Store(_) => "store",
        }
    }
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
    /// An outcome, or the end of a delivery without an attempt.
    Outcome {
        lane: LaneNumber,
        write: Write,
        /// The recipients of each append that the write raises.
        recipients: Vec<Recipients>,
        tally: Tally,
        subject: Subject,
    },
    Cancel(Write),
    /// Answered when all entries before it are durable.
    Flush(oneshot::Sender<()>),
}

impl Entry {
    /// Approximate number of rows that the entry writes.
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Append { append, .. } => rows_of(append).max(1),
            Self::Outcome { write, .. } => 2 + write.raises().iter().map(rows_of).sum::<usize>(),
            Self::Cancel(_) | Self::Flush(_) => 1,
        }
    }
}

fn rows_of(append: &Append) -> usize {
    append.events.iter().map(|new| 1 + new.deliveries.len()).sum()
}
