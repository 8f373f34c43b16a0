//! The result of an attempt, as the families of the contract count it.

use crate::{
    labelled::Pair,
    outcome::{Status, reason_index},
};
use model::{AttemptResult, delivery::Next};
use std::time::Duration;

/// An attempt that is counted when its outcome is durable.
#[derive(Clone, Debug)]
pub struct Attempted {
    pub(crate) pair: Pair,
    pub(crate) status: Status,
    pub(crate) reason: usize,
    pub(crate) response: Option<u16>,
    pub(crate) took: Duration,
}

impl Attempted {
    /// `None` when nothing is counted: the delivery was cancelled without a request.
    pub fn new(pair: Pair, next: Next, result: &AttemptResult, took: Duration) -> Option<Self> {
        let response = match result {
            AttemptResult::Response { status, .. } => Some(*status),
            AttemptResult::Failed(_) => None,
        };
        Some(Self { pair, status: Status::of(next)?, reason: reason_index(result.reason()), response, took })
    }
}
