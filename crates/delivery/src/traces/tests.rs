//! Decisions about traces, and the spans of a publication.

use super::*;
use crate::{draft::Draft, test_clock::TestClock};
use bytes::Bytes;
use model::{Entropy, Event, EventType, IdStyle, Priority, TenantId, Timestamp};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use storage::Appended;

#[derive(Debug, Default)]
struct Kept(Mutex<Vec<Span>>);

impl SpanSink for Kept {
    fn end(&self, span: Span) {
        self.0.lock().push(span);
    }
}

/// Different bytes each time (the first steps of SplitMix64).
#[derive(Debug, Default)]
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(8) {
            let mut bits = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Relaxed);
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            piece.copy_from_slice(&(bits ^ (bits >> 31)).to_le_bytes()[..piece.len()]);
        }
    }
}

fn recording(follows_parent: bool, share: f64) -> (Traces, Arc<Kept>) {
    let kept: Arc<Kept> = Arc::default();
    let ids = Arc::new(IdSource::new(Box::new(Counted::default())));
    let sampler = Sampler { follows_parent, share };
    (Traces::to(kept.clone(), sampler, TestClock::at(Timestamp::from_millis(1_000_000)), ids), kept)
}

fn draft(parent: Option<&str>) -> Draft {
    let trace = parent.map(|parent| Arc::new(TraceContext::parse(parent, ["a=1"].into_iter()).unwrap()));
    Draft {
        event_type: EventType::parse("invoice.created").unwrap(),
        data: Bytes::from_static(b"{}"),
        metadata: Bytes::new(),
        given_id: None,
        timestamp: None,
        priority: Priority::Normal,
        deliver_at: None,
        idempotency_key: None,
        broke_schema: false,
        trace,
        channels: Default::default(),
    }
}

const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

#[test]
fn an_event_that_is_not_sampled_passes_the_publishers_context_on_unchanged() {
    let off = Traces::off();
    let (never, _) = recording(true, 0.0);
    for (traces, parent) in [(&off, SAMPLED), (&off, UNSAMPLED), (&never, UNSAMPLED)] {
        let mut draft = draft(Some(parent));
        assert!(traces.publish(&mut draft).is_none());
        let kept = draft.trace.expect("the context");
        assert_eq!((&*kept.traceparent(), kept.tracestate()), (parent, Some("a=1")));
        assert!(traces.attempt(Some(&kept)).is_none());
    }
    let mut fresh = draft(None);
    assert!(never.publish(&mut fresh).is_none() && fresh.trace.is_none());
    assert!(never.attempt(None).is_none());
}

#[test]
fn a_sampled_event_is_a_child_of_the_publishers_span_or_the_root_of_a_trace() {
    let (traces, _) = recording(true, 0.0);
    let mut child = draft(Some(SAMPLED));
    assert!(traces.publish(&mut child).is_some(), "the publisher's decision is followed");
    let context = child.trace.unwrap();
    let parent = TraceContext::parse(SAMPLED, std::iter::empty()).unwrap();
    assert!(context.trace == parent.trace && context.span != parent.span && context.is_sampled());
    assert_eq!(context.tracestate(), Some("a=1"));

    let (traces, _) = recording(true, 1.0);
    let (mut one, mut two) = (draft(None), draft(None));
    assert!(traces.publish(&mut one).is_some() && traces.publish(&mut two).is_some());
    assert_ne!(one.trace.unwrap().trace, two.trace.unwrap().trace, "one trace an event");
}

#[test]
fn a_sampler_that_does_not_follow_the_publisher_decides_by_the_trace_id() {
    let (never, _) = recording(false, 0.0);
    let mut one = draft(Some(SAMPLED));
    assert!(never.publish(&mut one).is_none());
    let context = one.trace.unwrap();
    assert!(!context.is_sampled() && never.attempt(Some(&context)).is_none());
    // A changed flag needs another span id (W3C Trace Context, section 3.4).
    assert_ne!(context.span, TraceContext::parse(SAMPLED, std::iter::empty()).unwrap().span);
    let (always, _) = recording(false, 1.0);
    assert!(always.publish(&mut draft(Some(UNSAMPLED))).is_some());
}

#[test]
fn the_share_of_traced_events_is_the_ratio() {
    for share in [0.0, 0.01, 0.5, 1.0] {
        let (traces, _) = recording(true, share);
        let sampled = (0..10_000).filter(|_| traces.publish(&mut draft(None)).is_some()).count();
        assert!((sampled as f64 - 10_000.0 * share).abs() <= 200.0, "{share}: {sampled}");
    }
}

fn event(draft: &Draft) -> Event {
    let ids = IdSource::new(Box::new(Counted::default()));
    let id = ids.event(Timestamp::from_millis(1_000_000));
    let (tenant, now) = (TenantId::parse("acme").unwrap(), Timestamp::from_millis(1_000_000));
    let new = crate::fan_out::new_event(&tenant, id, draft, Vec::new(), now);
    (*new.event).clone()
}

#[test]
fn a_publication_has_a_span_until_it_is_durable_and_below_it_the_commit() {
    let (traces, kept) = recording(true, 1.0);
    let mut draft = draft(Some(SAMPLED));
    let mut publishing = traces.publish(&mut draft).unwrap();
    publishing.append();
    publishing.end(&event(&draft), IdStyle::Prefixed, Ok(&Appended::New));
    let spans = kept.0.lock();
    let [commit, publish] = &spans[..] else { panic!("{spans:?}") };
    let parent = TraceContext::parse(SAMPLED, std::iter::empty()).unwrap();
    assert_eq!((&*publish.name, publish.kind), ("publish invoice.created", SpanKind::Server));
    assert_eq!((publish.parent, publish.parent_is_remote), (Some(parent.span), true));
    assert_eq!((&*commit.name, commit.parent, commit.parent_is_remote), ("commit", Some(publish.context.span), false));
    assert!(spans.iter().all(|span| span.context.trace == parent.trace && span.error.is_none()));
    assert_eq!(*draft.trace.unwrap(), publish.context);
}

#[test]
fn a_refused_publication_has_its_error() {
    let (traces, kept) = recording(true, 1.0);
    let mut draft = draft(None);
    let publishing = traces.publish(&mut draft).unwrap();
    publishing.end(&event(&draft), IdStyle::Prefixed, Err(&crate::journal::AppendError::Full));
    let spans = kept.0.lock();
    assert_eq!(spans[0].error.as_deref(), Some("the journal is full"));
    assert!(spans[0].attributes.contains(&("error.type", SpanValue::Text("journal_full".into()))));
    assert_eq!(spans[0].parent, None);
}

/// The hot path of those who use no traces.
#[test]
fn an_event_without_context_that_is_not_sampled_allocates_nothing() {
    let (never, _) = recording(true, 0.0);
    for traces in [Traces::off(), never] {
        let mut draft = draft(None);
        let counted = allocation_counter::measure(|| {
            assert!(traces.publish(&mut draft).is_none());
            assert!(traces.attempt(draft.trace.as_deref()).is_none());
        });
        assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
    }
}
