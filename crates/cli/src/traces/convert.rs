//! Spans as OTLP messages.

use bytes::Bytes;
use delivery::{Span, SpanKind, SpanValue};
use model::Timestamp;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span as Message, Status, span, status},
};
use prost::Message as _;

/// Bits of `Span.flags` beyond those of the trace context: whether the next bit, *the parent is remote*, is known.
const KNOWS_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

/// The process as the source of spans.
pub(super) fn resource(attributes: &[(String, String)]) -> Resource {
    let text = |value: &str| Value::StringValue(value.to_owned());
    let mut all: Vec<KeyValue> = attributes.iter().map(|(name, value)| attribute(name, text(value))).collect();
    if all.iter().all(|known| known.key != "service.version") {
        all.push(attribute("service.version", text(env!("CARGO_PKG_VERSION"))));
    }
    Resource { attributes: all, ..Resource::default() }
}

/// The body of an export.
pub(super) fn request(resource: &Resource, spans: impl Iterator<Item = Span>) -> Bytes {
    let scope = InstrumentationScope {
        name: "postrider".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        ..InstrumentationScope::default()
    };
    let spans = ScopeSpans { scope: Some(scope), spans: spans.map(message).collect(), ..ScopeSpans::default() };
    let all = ResourceSpans { resource: Some(resource.clone()), scope_spans: vec![spans], ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![all] }.encode_to_vec().into()
}

fn message(span: Span) -> Message {
    let context = &span.context;
    let remote = if span.parent_is_remote { IS_REMOTE } else { 0 };
    Message {
        trace_id: context.trace.number().to_be_bytes().to_vec(),
        span_id: context.span.number().to_be_bytes().to_vec(),
        trace_state: context.tracestate().unwrap_or_default().to_owned(),
        parent_span_id: span.parent.map(|parent| parent.number().to_be_bytes().to_vec()).unwrap_or_default(),
        flags: u32::from(context.flags()) | KNOWS_REMOTE | remote,
        name: span.name.into_owned(),
        kind: match span.kind {
            SpanKind::Internal => span::SpanKind::Internal,
            SpanKind::Server => span::SpanKind::Server,
            SpanKind::Client => span::SpanKind::Client,
        }
        .into(),
        start_time_unix_nano: nanos(span.start),
        end_time_unix_nano: nanos(span.end.max(span.start)),
        attributes: span.attributes.into_iter().map(|(name, value)| attribute(name, convert(value))).collect(),
        status: span.error.map(|message| Status { message, code: status::StatusCode::Error.into() }),
        ..Message::default()
    }
}

fn convert(value: SpanValue) -> Value {
    match value {
        SpanValue::Text(text) => Value::StringValue(text.into_owned()),
        SpanValue::Number(number) => Value::IntValue(number),
        SpanValue::Flag(flag) => Value::BoolValue(flag),
    }
}

fn attribute(name: &str, value: Value) -> KeyValue {
    KeyValue { key: name.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn nanos(at: Timestamp) -> u64 {
    u64::try_from(at.micros()).unwrap_or_default().saturating_mul(1_000)
}
