//! The spans of a publication: `publish` from the request until the event is durable, and below it `commit`.

use super::{
    recorder::Recorder,
    span::{Span, SpanKind, SpanValue},
};
use crate::{draft::Draft, journal::AppendError};
use model::{Event, IdStyle, SpanId, Timestamp, TraceContext};
use std::sync::Arc;
use storage::Appended;

/// A publication that is traced.
#[derive(Debug)]
pub(crate) struct Publishing {
    recorder: Arc<Recorder>,
    context: Arc<TraceContext>,
    parent: Option<SpanId>,
    start: Timestamp,
    /// When the event was given to the journal.
    appended: Option<Timestamp>,
}

pub(super) fn begin(recorder: &Arc<Recorder>, draft: &mut Draft) -> Option<Publishing> {
    let parent = draft.trace.take();
    let trace = parent.as_ref().map_or_else(|| recorder.trace_id(), |parent| parent.trace);
    let is_sampled = recorder.sampler.takes(trace, parent.as_deref());
    draft.trace = match &parent {
        // Without a span of ours the receiver's is a child of the publisher's.
        Some(parent) if is_sampled == parent.is_sampled() && !is_sampled => Some(parent.clone()),
        Some(parent) => Some(Arc::new(parent.child(recorder.span_id(), is_sampled))),
        None => is_sampled.then(|| Arc::new(TraceContext::root(trace, recorder.span_id(), true))),
    };
    let context = draft.trace.clone().filter(|_| is_sampled)?;
    let (recorder, start) = (recorder.clone(), recorder.now());
    Some(Publishing { recorder, context, parent: parent.map(|parent| parent.span), start, appended: None })
}

impl Publishing {
    /// The event is given to the journal.
    pub(crate) fn append(&mut self) {
        self.appended = Some(self.recorder.now());
    }

    /// Ends both spans.
    pub(crate) fn end(self, event: &Event, ids: IdStyle, appended_as: Result<&Appended, &AppendError>) {
        let Self { recorder, context, parent, start, appended } = self;
        let end = recorder.now();
        let error = appended_as.err().map(ToString::to_string);
        if let Some(appended) = appended {
            recorder.sink.end(Span {
                context: context.child(recorder.span_id(), true),
                parent: Some(context.span),
                parent_is_remote: false,
                kind: SpanKind::Internal,
                name: "commit".into(),
                start: appended,
                end,
                attributes: vec![("messaging.system", SpanValue::fixed("postrider"))],
                error: error.clone(),
            });
        }
        let mut attributes = vec![
            ("messaging.system", SpanValue::fixed("postrider")),
            ("messaging.operation.name", SpanValue::fixed("publish")),
            ("messaging.operation.type", SpanValue::fixed("send")),
            ("messaging.destination.name", SpanValue::of(&event.event_type)),
            ("messaging.message.id", SpanValue::of(event.public_id(ids))),
            ("messaging.message.body.size", SpanValue::Number(event.data.len() as i64)),
            ("postrider.tenant.id", SpanValue::of(&event.tenant)),
            ("postrider.event.deliveries", SpanValue::Number(i64::from(event.deliveries))),
        ];
        match appended_as {
            Ok(Appended::New) => {}
            Ok(Appended::Duplicate(_)) => attributes.push(("postrider.event.duplicate", SpanValue::Flag(true))),
            Err(error) => attributes.push(("error.type", SpanValue::fixed(error.kind()))),
        }
        recorder.sink.end(Span {
            context: (*context).clone(),
            parent,
            parent_is_remote: parent.is_some(),
            kind: SpanKind::Server,
            name: format!("publish {}", event.event_type).into(),
            start,
            end,
            attributes,
            error,
        });
    }
}
