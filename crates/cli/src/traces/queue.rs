//! The queue of spans: bounded, and its sender never waits.

use delivery::{Span, SpanSink};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};
use tokio::sync::mpsc;

/// Maximum number of spans that wait for their export; further ones are dropped and counted.
const QUEUE: usize = 8_192;

/// The receiving end of spans.
#[derive(Debug)]
pub(super) struct Queue {
    sender: mpsc::Sender<Span>,
    /// Spans that did not fit since the last line about them.
    pub(super) dropped: AtomicU64,
}

impl SpanSink for Queue {
    fn end(&self, span: Span) {
        if self.sender.try_send(span).is_err() {
            self.dropped.fetch_add(1, Relaxed);
        }
    }
}

impl Queue {
    pub(super) fn new() -> (Arc<Self>, mpsc::Receiver<Span>) {
        let (sender, spans) = mpsc::channel(QUEUE);
        (Arc::new(Self { sender, dropped: AtomicU64::new(0) }), spans)
    }
}
