//! Erasure of payloads: what is erased, and what the log keeps.

use super::fixtures::{World, all, append, due};
use crate::{
    Done, EraseStep, ErasedByAge, ErasureOutcome, EventFilter, ListScope, NewEvent, PAYLOAD_ERASED, RetryOf,
    RetryOutcome, Store, Write,
};
use bytes::Bytes;
use model::{DeliveryStatus, Event, TenantId, Timestamp, event::ERASED_DATA};
use std::{sync::Arc, time::Duration};

/// An event with metadata and a text that must disappear.
async fn publish(world: &World<'_>, tenant: &TenantId, deliveries: usize) -> NewEvent {
    let subscription = world.subscribe(tenant).await.id;
    let mut new = world.event(tenant, "invoice.created", &vec![subscription; deliveries]);
    let event = Arc::make_mut(&mut new.event);
    event.data = Bytes::from_static(br#"{"name": "Ada"}"#);
    event.metadata = Bytes::from_static(br#"{"by": "Ada"}"#);
    world.commit(vec![append(tenant, vec![new.clone()])]).await;
    new
}

/// Erases in steps of `rows`; returns the time of the first erasure, and the numbers of cancelled deliveries and steps.
async fn erase(world: &World<'_>, tenant: &TenantId, of: &NewEvent, rows: usize) -> (Timestamp, u64, usize) {
    let (mut after, mut cancelled, mut steps) = (None, 0, 0);
    loop {
        let step = step(world, tenant, of, after, rows).await;
        (cancelled, steps) = (cancelled + step.cancelled, steps + 1);
        assert!(steps < 1_000, "every step advances");
        match step.next {
            Some(next) => after = Some(next),
            None => return (step.erased_at, cancelled, steps),
        }
    }
}

async fn step(
    world: &World<'_>,
    tenant: &TenantId,
    of: &NewEvent,
    after: Option<model::DeliveryId>,
    rows: usize,
) -> EraseStep {
    let done = world.store.erase_payload(tenant, of.event.id, after, rows, world.tick()).await.unwrap();
    match done {
        ErasureOutcome::Erased(step) => step,
        ErasureOutcome::Missing => panic!("the event is there"),
    }
}

async fn event(world: &World<'_>, tenant: &TenantId, of: &NewEvent) -> Event {
    world.store.event(tenant, of.event.id).await.unwrap().unwrap()
}

/// Everything that the log shows of an event, as text.
async fn log(world: &World<'_>, tenant: &TenantId, of: &NewEvent) -> String {
    let mut text = format!("{:?}", event(world, tenant, of).await);
    for delivery in &of.deliveries {
        text += &format!("{:?}", world.delivery(tenant, delivery.id).await);
        text += &format!("{:?}", world.store.attempts(tenant, delivery.id, u32::MAX).await.unwrap());
    }
    text
}

/// Records an attempt whose response repeats the payload everywhere.
async fn echoed(world: &World<'_>, tenant: &TenantId, of: &NewEvent, at: usize, status: DeliveryStatus) {
    let mut outcome = world.outcome(tenant, of.deliveries[at], 1, status);
    outcome.attempt.error = Some("HTTP 302: redirects are not followed (it points to /Ada)".into());
    outcome.attempt.request_headers = "x-name: Ada".into();
    outcome.attempt.response_headers = "x-name: Ada".into();
    outcome.attempt.response_body = Bytes::from_static(b"hello Ada");
    outcome.attempt.request_body = Some(Bytes::from_static(b"for Ada"));
    outcome.attempt.note = Some("Ada".into());
    assert_eq!(world.commit(vec![Write::Outcome(outcome)]).await, [Done::Recorded]);
}

pub async fn an_erasure_leaves_the_event_and_its_deliveries_in_the_log(store: &dyn Store) {
    let world = World::new(store, "erasure.log");
    let tenant = world.tenant("acme").await;
    let new = publish(&world, &tenant, 2).await;
    let other = publish(&world, &tenant, 1).await;
    echoed(&world, &tenant, &new, 0, DeliveryStatus::Failed).await;
    echoed(&world, &tenant, &new, 1, DeliveryStatus::Delivered).await;
    echoed(&world, &tenant, &other, 0, DeliveryStatus::Failed).await;
    assert_eq!(event(&world, &tenant, &new).await, *new.event);
    let before = log(&world, &tenant, &other).await;

    let (at, cancelled, _) = erase(&world, &tenant, &new, 100).await;
    assert_eq!((at, cancelled), (world.now(), 0));
    let expected = Event {
        data: Bytes::from_static(ERASED_DATA),
        metadata: Bytes::new(),
        payload_erased_at: Some(at),
        ..(*new.event).clone()
    };
    assert_eq!(event(&world, &tenant, &new).await, expected);
    let listed = store.events(ListScope::Tenant(&tenant), &EventFilter::default(), all()).await.unwrap().rows;
    assert!(listed.contains(&expected));
    assert!(!log(&world, &tenant, &new).await.contains("Ada"));
    let failed = world.delivery(&tenant, new.deliveries[0].id).await;
    assert_eq!((failed.status, failed.error.as_deref()), (DeliveryStatus::Failed, Some("HTTP 302")));
    let attempts = store.attempts(&tenant, new.deliveries[0].id, u32::MAX).await.unwrap();
    assert_eq!((attempts.len(), attempts[0].number, attempts[0].response_code), (1, 1, Some(503)));
    assert_eq!(log(&world, &tenant, &other).await, before, "another event is unchanged");
}

pub async fn a_second_erasure_returns_the_time_of_the_first(store: &dyn Store) {
    let world = World::new(store, "erasure.again");
    let tenant = world.tenant("acme").await;
    let new = publish(&world, &tenant, 1).await;
    let first = erase(&world, &tenant, &new, 100).await;
    world.advance(Duration::from_secs(60));
    assert_eq!(erase(&world, &tenant, &new, 100).await, (first.0, 0, 1));
    assert_eq!(event(&world, &tenant, &new).await.payload_erased_at, Some(first.0));
}

pub async fn an_erasure_cancels_waiting_deliveries(store: &dyn Store) {
    let world = World::new(store, "erasure.waiting");
    let tenant = world.tenant("acme").await;
    let new = publish(&world, &tenant, 3).await;
    echoed(&world, &tenant, &new, 1, DeliveryStatus::Retrying).await;
    echoed(&world, &tenant, &new, 2, DeliveryStatus::Delivered).await;
    assert_eq!(erase(&world, &tenant, &new, 100).await.1, 2);
    for (at, status) in
        [DeliveryStatus::Cancelled, DeliveryStatus::Cancelled, DeliveryStatus::Delivered].iter().enumerate()
    {
        let delivery = world.delivery(&tenant, new.deliveries[at].id).await;
        assert_eq!((delivery.status, delivery.next_attempt_at), (*status, None));
        let cancelled = *status == DeliveryStatus::Cancelled;
        assert_eq!(delivery.error.as_deref() == Some(PAYLOAD_ERASED), cancelled, "{:?}", delivery.error);
        assert_eq!(delivery.updated_at == world.now(), cancelled);
    }
    let late = world.now().after(Duration::from_secs(3_600));
    for delivery in &new.deliveries {
        let found = due(store, &tenant, delivery.subscription, late, 10, &[]).await;
        assert!(found.deliveries.is_empty() && found.next.is_none());
    }
    assert!(!log(&world, &tenant, &new).await.contains("Ada"));
}

pub async fn an_attempt_in_flight_during_an_erasure_is_kept_without_its_response(store: &dyn Store) {
    let world = World::new(store, "erasure.flight");
    let tenant = world.tenant("acme").await;
    let new = publish(&world, &tenant, 3).await;
    echoed(&world, &tenant, &new, 0, DeliveryStatus::Failed).await;
    erase(&world, &tenant, &new, 100).await;
    echoed(&world, &tenant, &new, 1, DeliveryStatus::Delivered).await;
    echoed(&world, &tenant, &new, 2, DeliveryStatus::Retrying).await;
    let delivered = world.delivery(&tenant, new.deliveries[1].id).await;
    assert_eq!(delivered.status, DeliveryStatus::Delivered, "the receiver has it");
    let retried = world.delivery(&tenant, new.deliveries[2].id).await;
    assert_eq!((retried.status, retried.next_attempt_at), (DeliveryStatus::Cancelled, None));
    assert_eq!(retried.error.as_deref(), Some(&*format!("HTTP 302; {PAYLOAD_ERASED}")));
    for delivery in &new.deliveries[1..] {
        let attempts = store.attempts(&tenant, delivery.id, u32::MAX).await.unwrap();
        assert_eq!((attempts.len(), attempts[0].response_body.len()), (1, 0));
    }
    assert!(!log(&world, &tenant, &new).await.contains("Ada"));
}

pub async fn a_retry_after_an_erasure_is_refused(store: &dyn Store) {
    let world = World::new(store, "erasure.retry");
    let tenant = world.tenant("acme").await;
    let new = publish(&world, &tenant, 2).await;
    echoed(&world, &tenant, &new, 0, DeliveryStatus::Exhausted).await;
    echoed(&world, &tenant, &new, 1, DeliveryStatus::Delivered).await;
    erase(&world, &tenant, &new, 100).await;
    for delivery in &new.deliveries {
        for of in [RetryOf::Undelivered, RetryOf::Any] {
            let retried = store.retry_delivery(&tenant, delivery.id, of, world.tick()).await.unwrap();
            assert_eq!(retried, RetryOutcome::PayloadErased);
        }
        assert!(!world.delivery(&tenant, delivery.id).await.status.is_waiting());
    }
    let missing = new.event.id.delivery(9).unwrap();
    let retried = store.retry_delivery(&tenant, missing, RetryOf::Any, world.tick()).await.unwrap();
    assert_eq!(retried, RetryOutcome::Missing);
}

pub async fn an_erasure_of_a_missing_event_finds_nothing(store: &dyn Store) {
    let world = World::new(store, "erasure.missing");
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    let new = publish(&world, &acme, 1).await;
    let unknown = world.event(&acme, "invoice.created", &[]).event.id;
    for (tenant, id) in [(&acme, unknown), (&globex, new.event.id), (&world.id("nobody"), new.event.id)] {
        let done = store.erase_payload(tenant, id, None, 100, world.tick()).await.unwrap();
        assert_eq!(done, ErasureOutcome::Missing);
    }
    assert_eq!(event(&world, &acme, &new).await, *new.event);
    assert!(world.delivery(&acme, new.deliveries[0].id).await.status.is_waiting());
}

pub async fn an_erasure_goes_in_steps_and_an_unfinished_one_is_found(store: &dyn Store) {
    let world = World::new(store, "erasure.steps");
    let tenant = world.tenant("acme").await;
    let new = publish(&world, &tenant, 7).await;
    echoed(&world, &tenant, &new, 6, DeliveryStatus::Failed).await;
    let unfinished = async || store.unfinished_erasures().await.unwrap().contains(&(tenant.clone(), new.event.id));
    assert!(!unfinished().await);
    let first = step(&world, &tenant, &new, None, 3).await;
    assert_eq!((first.cancelled, first.next), (3, Some(new.deliveries[2].id)));
    assert!(unfinished().await, "as a crash after the first step leaves it");
    assert_eq!(event(&world, &tenant, &new).await.payload_erased_at, Some(first.erased_at));
    let retried = store.retry_delivery(&tenant, new.deliveries[6].id, RetryOf::Any, world.tick()).await.unwrap();
    assert_eq!(retried, RetryOutcome::PayloadErased, "from the first step on");
    assert_eq!(erase(&world, &tenant, &new, 3).await, (first.erased_at, 3, 3));
    assert!(!unfinished().await);
    assert!(!log(&world, &tenant, &new).await.contains("Ada"));
}

pub async fn payloads_are_erased_by_age(store: &dyn Store) {
    let world = World::new(store, "erasure.age");
    let (tenant, other) = (world.tenant("acme").await, world.tenant("globex").await);
    let (old, waits) = (publish(&world, &tenant, 2).await, publish(&world, &tenant, 1).await);
    let theirs = publish(&world, &other, 0).await;
    for at in 0..2 {
        echoed(&world, &tenant, &old, at, DeliveryStatus::Failed).await;
    }
    let young = publish(&world, &tenant, 0).await;
    let before = young.event.id.made_at();
    let erase = async |rows: usize| {
        let mut sum = ErasedByAge::default();
        loop {
            let step = store.erase_before(&tenant, before, sum.after, rows, world.tick()).await.unwrap();
            (sum.events, sum.kept, sum.after) = (sum.events + step.events, sum.kept + step.kept, step.after);
            if !step.more {
                return sum;
            }
        }
    };
    let expected = ErasedByAge { events: 1, kept: 1, after: Some(waits.event.id), more: false };
    assert_eq!(erase(100).await, expected);
    assert!(!log(&world, &tenant, &old).await.contains("Ada"));
    assert!(event(&world, &tenant, &old).await.payload_erased_at.is_some());
    for (of, kept) in [(&tenant, &waits), (&tenant, &young), (&other, &theirs)] {
        assert_eq!(event(&world, of, kept).await, *kept.event);
    }
    echoed(&world, &tenant, &waits, 0, DeliveryStatus::Delivered).await;
    assert_eq!(erase(1).await.events, 1, "once its last delivery has ended");
    assert!(!log(&world, &tenant, &waits).await.contains("Ada"));
    assert_eq!(erase(100).await.events, 0);
}

pub async fn an_erasure_is_kept_by_a_transfer(store: &dyn Store) {
    let world = World::new(store, "erasure.transfer");
    let (from, to) = (world.tenant("acme").await, world.tenant("globex").await);
    let new = publish(&world, &from, 1).await;
    let (at, ..) = erase(&world, &from, &new, 100).await;
    let read = store.read_events(&from, None, 10).await.unwrap();
    store.write_events(&to, read).await.unwrap();
    let written = event(&world, &to, &new).await;
    assert_eq!((written.payload_erased_at, &written.data[..]), (Some(at), ERASED_DATA));
}
