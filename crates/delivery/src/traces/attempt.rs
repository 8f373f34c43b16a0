//! The spans of an attempt: `queue` from the time at which the delivery was due, and below it the HTTP request. A retry has
//! spans of its own in the same trace, also after a restart and on another node.

use super::{
    recorder::Recorder,
    span::{Span, SpanKind, SpanValue},
};
use crate::{lanes::Job, target::Target};
use model::{Attempt, AttemptResult, IdStyle, SpanId, Timestamp, TraceContext, shape::Method};
use std::sync::Arc;

/// An attempt that is traced.
#[derive(Debug)]
pub(crate) struct Attempting {
    recorder: Arc<Recorder>,
    /// The span in which the event was published.
    published: SpanId,
    queue: SpanId,
    /// The request's span: the parent of the receiver's.
    request: TraceContext,
    start: Timestamp,
}

pub(super) fn begin(recorder: &Arc<Recorder>, event: &TraceContext) -> Attempting {
    Attempting {
        published: event.span,
        queue: recorder.span_id(),
        request: event.child(recorder.span_id(), true),
        start: recorder.now(),
        recorder: recorder.clone(),
    }
}

impl Attempting {
    /// The context that the receiver gets.
    pub(crate) const fn context(&self) -> &TraceContext {
        &self.request
    }

    /// Ends both spans.
    ///
    /// `error` is the error of the attempt without quotes of the response.
    pub(crate) fn end(
        self,
        (target, job, ids): (&Target, &Job, IdStyle),
        (attempt, result): (&Attempt, &AttemptResult),
        error: Option<String>,
    ) {
        let Self { recorder, published, queue, request, start } = self;
        let subscription = &target.subscription;
        // Measured by the clock of due times, which is not the wall clock.
        let waited = attempt.started_at.since(job.due_at);
        recorder.sink.end(Span {
            context: request.child(queue, true),
            parent: Some(published),
            parent_is_remote: false,
            kind: SpanKind::Internal,
            name: "queue".into(),
            start: start.before(waited),
            end: start,
            attributes: vec![
                ("messaging.system", SpanValue::fixed("postrider")),
                ("messaging.destination.subscription.name", SpanValue::of(subscription.id)),
                ("postrider.delivery.id", SpanValue::of(job.id)),
                ("postrider.delivery.queue", SpanValue::fixed(job.queue.name())),
            ],
            error: None,
        });
        // The log has the method where it is not the usual one.
        let logged = attempt.request_headers.lines().find_map(|line| Method::parse(line.strip_prefix(":method: ")?));
        let method = logged.unwrap_or_default().name();
        let mut attributes = vec![
            ("http.request.method", SpanValue::fixed(method)),
            ("messaging.system", SpanValue::fixed("postrider")),
            ("messaging.operation.name", SpanValue::fixed("deliver")),
            ("messaging.operation.type", SpanValue::fixed("process")),
            ("messaging.destination.name", SpanValue::of(&job.outgoing.event.event_type)),
            ("messaging.destination.subscription.name", SpanValue::of(subscription.id)),
            ("messaging.message.id", SpanValue::of(job.outgoing.public_id(ids))),
            ("postrider.tenant.id", SpanValue::of(&subscription.tenant)),
            ("postrider.delivery.id", SpanValue::of(job.id)),
            ("postrider.delivery.attempt", SpanValue::Number(i64::from(attempt.number))),
        ];
        let url = subscription.url.to_url();
        if let Some(host) = url.host_str() {
            attributes.push(("server.address", SpanValue::of(host)));
            attributes.push(("url.full", SpanValue::of(without_secrets(&url))));
        }
        if let Some(port) = url.port_or_known_default() {
            attributes.push(("server.port", SpanValue::Number(i64::from(port))));
        }
        if attempt.number > 1 {
            attributes.push(("http.request.resend_count", SpanValue::Number(i64::from(attempt.number) - 1)));
        }
        if let Some(status) = attempt.response_code {
            attributes.push(("http.response.status_code", SpanValue::Number(i64::from(status))));
        }
        if error.is_some() {
            let kind = match result {
                AttemptResult::Failed(error) => SpanValue::fixed(error.kind.reason()),
                AttemptResult::Response { status, .. } => SpanValue::of(status),
            };
            attributes.push(("error.type", kind));
        }
        recorder.sink.end(Span {
            context: request,
            parent: Some(queue),
            parent_is_remote: false,
            kind: SpanKind::Client,
            name: method.into(),
            start,
            end: start.after(attempt.duration),
            attributes,
            error,
        });
    }
}

/// The URL's scheme and authority. Its path and query may have a secret (as those of chat services do), and are replaced.
fn without_secrets(url: &url::Url) -> String {
    let rest = if url.path() == "/" && url.query().is_none() { "" } else { "REDACTED" };
    format!("{}/{rest}", url.origin().ascii_serialization())
}
