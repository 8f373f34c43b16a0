//! A finished span, and the interface of what exports it.

use model::{SpanId, Timestamp, TraceContext};
use std::borrow::Cow;

/// A finished span. Names and attributes follow OpenTelemetry's semantic conventions for HTTP and messaging.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub context: TraceContext,
    pub parent: Option<SpanId>,
    /// The parent is a span of the publisher.
    pub parent_is_remote: bool,
    pub kind: SpanKind,
    pub name: Cow<'static, str>,
    pub start: Timestamp,
    pub end: Timestamp,
    pub attributes: Vec<(&'static str, SpanValue)>,
    /// The description of an error; without one the status is unset.
    pub error: Option<String>,
}

/// The role of a span's process in the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    Internal,
    Server,
    Client,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum SpanValue {
    Text(Cow<'static, str>),
    Number(i64),
    Flag(bool),
}

impl SpanValue {
    /// A text that is made for the span.
    pub(super) fn of(text: impl ToString) -> Self {
        Self::Text(Cow::Owned(text.to_string()))
    }

    pub(super) const fn fixed(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

/// Takes finished spans. It must not wait.
pub trait SpanSink: Send + Sync + std::fmt::Debug {
    fn end(&self, span: Span);
}
