//! Trace contexts of events: kept, and given with due deliveries, so that retries after a restart continue the trace.

use super::fixtures::{World, due, idempotency};
use crate::{Appended, Done, ListScope, Store, Write};
use model::{Channels, DeliveryStatus, Event, EventId, TenantId, TraceContext, delivery::Next};
use std::{sync::Arc, time::Duration};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn context(tracestate: &str) -> Arc<TraceContext> {
    Arc::new(TraceContext::parse(PARENT, std::iter::once(tracestate)).unwrap())
}

async fn event(store: &dyn Store, tenant: &TenantId, id: EventId) -> Event {
    store.event(tenant, id).await.unwrap().expect("the event")
}

pub async fn an_event_keeps_its_trace_context(store: &dyn Store) {
    let world = World::new(store, "traces.kept");
    let tenant = world.tenant("acme").await;
    let later = world.now().after(Duration::from_secs(3_600));
    let made = |trace: Option<Arc<TraceContext>>| {
        let mut new = world.event(&tenant, "invoice.created", &[]);
        Arc::make_mut(&mut new.event).trace = trace;
        new
    };
    let mut all = vec![made(None), made(Some(context(""))), made(Some(context("a=1,b@c=2"))), made(None)];
    all.push(made(Some(context("d=4"))).delayed(later));
    all[1].keys = vec![idempotency("traced")];
    // Traced and untraced events of one commit.
    let appended = world.append(&tenant, all.clone()).await;
    assert_eq!(appended, Done::Appended(vec![Appended::New; all.len()]));
    for new in &all {
        assert_eq!(event(store, &tenant, new.event.id).await, *new.event);
    }
    assert_eq!(event(store, &tenant, all[2].event.id).await.trace.unwrap().tracestate(), Some("a=1,b@c=2"));
    let by_key = store.event_by_key(&tenant, &idempotency("traced")).await.unwrap();
    assert_eq!(by_key.as_ref(), Some(&*all[1].event));
    let listed = store.events(ListScope::Tenant(&tenant), &Default::default(), super::fixtures::all()).await.unwrap();
    assert_eq!(listed.rows.len(), all.len());
    assert!(all.iter().all(|new| listed.rows.contains(&new.event)));
    let copied = store.read_events(&tenant, None, 10).await.unwrap();
    assert!(copied.iter().zip(&all).all(|(stored, new)| stored.event == *new.event));
}

pub async fn an_event_keeps_its_channels(store: &dyn Store) {
    let world = World::new(store, "channels.kept");
    let tenant = world.tenant("acme").await;
    let made = |names: &[&str]| {
        let mut new = world.event(&tenant, "invoice.created", &[]);
        Arc::make_mut(&mut new.event).channels = Channels::parse(names.iter().copied()).unwrap();
        new
    };
    let all = vec![made(&[]), made(&["project:1"]), made(&["a", "b.c_d-e"])];
    world.append(&tenant, all.clone()).await;
    for new in &all {
        assert_eq!(event(store, &tenant, new.event.id).await, *new.event);
    }
    let copied = store.read_events(&tenant, None, 10).await.unwrap();
    assert!(copied.iter().zip(&all).all(|(stored, new)| stored.event == *new.event));
}

pub async fn a_due_delivery_has_its_trace_context_and_its_due_time(store: &dyn Store) {
    let world = World::new(store, "traces.due");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let mut new = world.event(&tenant, "invoice.created", &[subscription]);
    Arc::make_mut(&mut new.event).trace = Some(context("a=1"));
    world.append(&tenant, vec![new.clone()]).await;
    let found = due(store, &tenant, subscription, world.now(), 10, &[]).await.deliveries.remove(0);
    assert_eq!((found.event, found.due_at), ((*new.event).clone(), new.event.id.made_at()));

    let mut outcome = world.outcome(&tenant, new.deliveries[0], 1, DeliveryStatus::Retrying);
    let at = world.now().after(Duration::from_secs(60));
    outcome.next = Next::Retry { at };
    world.commit(vec![Write::Outcome(outcome)]).await;
    let found = due(store, &tenant, subscription, at, 10, &[]).await.deliveries.remove(0);
    assert_eq!((found.event.trace.as_ref(), found.due_at), (new.event.trace.as_ref(), at));
}
