//! Ids of requests: the client's own, or generated ones.

use http::HeaderValue;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Generates ids of requests that come without one: a prefix of this process and a counter.
#[derive(Debug)]
pub(crate) struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl RequestIds {
    pub(crate) const fn new(process: u64) -> Self {
        Self { process, next: AtomicU64::new(1) }
    }

    /// The client's id when it is 1 to 100 printable ASCII characters, otherwise a new one.
    pub(crate) fn of(&self, given: Option<&HeaderValue>) -> HeaderValue {
        let usable = |id: &&HeaderValue| (1..=100).contains(&id.len()) && id.to_str().is_ok();
        given.filter(usable).cloned().unwrap_or_else(|| {
            let text = format!("{:016x}{:016x}", self.process, self.next.fetch_add(1, Relaxed));
            HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("none"))
        })
    }
}
