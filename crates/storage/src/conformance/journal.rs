//! The journal: appends, guarantees of a batch, and deduplication.

use super::fixtures::{World, append, due, given_id, idempotency};
use crate::{Append, Appended, DedupeKey, Done, NewEvent, Store, Write};
use model::{Delivery, DeliveryStatus, SubscriptionId, TenantId};
use std::sync::Arc;

/// An event for these subscriptions with these deduplication keys.
fn named(world: &World<'_>, tenant: &TenantId, keys: &[DedupeKey], to: &[SubscriptionId]) -> NewEvent {
    NewEvent { keys: keys.to_vec(), ..world.event(tenant, "invoice.created", to) }
}

fn duplicate(of: &NewEvent) -> Appended {
    Appended::Duplicate(Box::new((*of.event).clone()))
}

async fn is_stored(world: &World<'_>, new: &NewEvent) -> bool {
    let (tenant, id) = (&new.event.tenant, new.event.id);
    let event = world.store.event(tenant, id).await.unwrap();
    let deliveries = world.store.event_deliveries(tenant, id).await.unwrap();
    assert!(event.is_some() || deliveries.is_empty(), "a delivery exists only with its event");
    event.is_some()
}

pub async fn an_append_makes_an_event_and_its_deliveries(store: &dyn Store) {
    let world = World::new(store, "journal.append");
    let tenant = world.tenant("acme").await;
    let (one, two) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let mut new = world.event(&tenant, "invoice.created", &[one, two]);
    Arc::make_mut(&mut new.event).given_id = Some("order-1".into());
    assert_eq!(world.append(&tenant, vec![new.clone()]).await, Done::Appended(vec![Appended::New]));
    assert_eq!(store.event(&tenant, new.event.id).await.unwrap().as_ref(), Some(&*new.event));
    let at = new.event.id.made_at();
    let expected = new.deliveries.iter().map(|of| Delivery {
        id: of.id,
        tenant: tenant.clone(),
        subscription: of.subscription,
        event_type: new.event.event_type.clone(),
        given_event_id: Some("order-1".into()),
        status: DeliveryStatus::Pending,
        attempts: 0,
        earlier_attempts: 0,
        next_attempt_at: Some(at),
        updated_at: at,
        response_code: None,
        error: None,
        duration: None,
    });
    assert_eq!(store.event_deliveries(&tenant, new.event.id).await.unwrap(), expected.collect::<Vec<_>>());
    assert_eq!(store.attempts(&tenant, new.deliveries[0].id, u32::MAX).await.unwrap(), []);
    for of in &new.deliveries {
        let due = due(store, &tenant, of.subscription, world.now(), 10, &[]).await;
        assert_eq!((due.deliveries.len(), due.deliveries[0].id, due.next), (1, of.id, None));
        assert_eq!(due.deliveries[0].event, *new.event);
    }
}

pub async fn every_write_of_a_batch_gets_its_answer_in_order(store: &dyn Store) {
    let world = World::new(store, "journal.answers");
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    let subscription = world.subscribe(&acme).await.id;
    let earlier = world.publish(&acme, "invoice.created", &[subscription, subscription]).await;
    let known = named(&world, &acme, &[given_id("order-1")], &[]);
    world.append(&acme, vec![known.clone()]).await;
    let (first, again) = (world.event(&acme, "invoice.created", &[]), named(&world, &acme, &known.keys, &[]));
    let done = world.commit(vec![
        Write::Cancel { tenant: acme.clone(), delivery: earlier.deliveries[0].id },
        append(&acme, vec![first, again, world.event(&acme, "invoice.paid", &[])]),
        append(&world.id("nobody"), vec![world.event(&world.id("nobody"), "invoice.paid", &[])]),
        Write::Outcome(world.outcome(&acme, earlier.deliveries[1], 1, DeliveryStatus::Delivered)),
        append(&globex, vec![]),
        append(&globex, vec![world.event(&globex, "invoice.paid", &[])]),
    ]);
    let appended = Done::Appended(vec![Appended::New, duplicate(&known), Appended::New]);
    let (none, one) = (Done::Appended(vec![]), Done::Appended(vec![Appended::New]));
    assert_eq!(done.await, [Done::Recorded, appended, Done::NoTenant, Done::Recorded, none, one]);
}

pub async fn an_empty_batch_succeeds(store: &dyn Store) {
    let world = World::new(store, "journal.empty");
    assert_eq!(world.commit(vec![]).await, []);
}

/// Tests every kind of deduplication key. `publish` writes the first event, then the second, and returns both results.
async fn is_published_once(
    world: &World<'_>,
    tenant: &TenantId,
    publish: impl AsyncFn(NewEvent, NewEvent) -> (Appended, Appended),
) {
    let subscription = world.subscribe(tenant).await.id;
    for keys in [vec![given_id("order-1")], vec![idempotency("try-1")], vec![given_id("order-2"), idempotency("try-2")]]
    {
        let first = named(world, tenant, &keys, &[subscription]);
        let mut second = named(world, tenant, &keys, &[subscription, subscription]);
        Arc::make_mut(&mut second.event).data = (&b"other"[..]).into();
        let answers = publish(first.clone(), second.clone()).await;
        assert_eq!(answers, (Appended::New, duplicate(&first)), "the duplicate returns the first event unchanged");
        assert!(is_stored(world, &first).await && !is_stored(world, &second).await);
        assert_eq!(world.store.event_deliveries(tenant, first.event.id).await.unwrap().len(), 1);
    }
    let due = due(world.store, tenant, subscription, world.now(), 10, &[]).await;
    assert_eq!(due.deliveries.len(), 3, "a duplicate creates no deliveries");
}

pub async fn an_event_published_in_an_earlier_batch_is_a_duplicate(store: &dyn Store) {
    let world = World::new(store, "journal.earlier");
    let tenant = world.tenant("acme").await;
    let one = async |new| match world.append(&tenant, vec![new]).await {
        Done::Appended(mut answers) => answers.remove(0),
        other => panic!("{other:?}"),
    };
    is_published_once(&world, &tenant, async |first, second| (one(first).await, one(second).await)).await;
}

pub async fn an_event_published_earlier_in_the_batch_is_a_duplicate(store: &dyn Store) {
    let world = World::new(store, "journal.batch");
    let tenant = world.tenant("acme").await;
    let publish = async |first, second| {
        let done = world.commit(vec![append(&tenant, vec![first]), append(&tenant, vec![second])]).await;
        match &done[..] {
            [Done::Appended(one), Done::Appended(two)] => (one[0].clone(), two[0].clone()),
            other => panic!("{other:?}"),
        }
    };
    is_published_once(&world, &tenant, publish).await;
}

pub async fn an_event_published_earlier_in_the_append_is_a_duplicate(store: &dyn Store) {
    let world = World::new(store, "journal.same");
    let tenant = world.tenant("acme").await;
    let publish = async |first, second| match world.append(&tenant, vec![first, second]).await {
        Done::Appended(answers) => (answers[0].clone(), answers[1].clone()),
        other => panic!("{other:?}"),
    };
    is_published_once(&world, &tenant, publish).await;
}

pub async fn any_key_that_is_known_makes_a_duplicate(store: &dyn Store) {
    let world = World::new(store, "journal.any");
    let tenant = world.tenant("acme").await;
    let first = named(&world, &tenant, &[given_id("order-1"), idempotency("try-1")], &[]);
    world.append(&tenant, vec![first.clone()]).await;
    for keys in [
        vec![given_id("order-1"), idempotency("try-2")],
        vec![given_id("order-2"), idempotency("try-1")],
        vec![idempotency("try-1")],
        vec![given_id("order-1")],
    ] {
        let again = named(&world, &tenant, &keys, &[]);
        assert_eq!(world.append(&tenant, vec![again]).await, Done::Appended(vec![duplicate(&first)]), "{keys:?}");
    }
}

pub async fn a_given_id_and_an_idempotency_key_of_the_same_text_are_two_keys(store: &dyn Store) {
    let world = World::new(store, "journal.names");
    let tenant = world.tenant("acme").await;
    let keys = ["same", "Same", "same ", "i:same", "k:same"].map(|text| [given_id(text), idempotency(text)]);
    for key in keys.into_iter().flatten() {
        let new = named(&world, &tenant, std::slice::from_ref(&key), &[]);
        assert_eq!(world.append(&tenant, vec![new]).await, Done::Appended(vec![Appended::New]), "{key:?}");
    }
}

pub async fn an_append_without_tenant_does_not_block_the_rest_of_the_batch(store: &dyn Store) {
    let world = World::new(store, "journal.nobody");
    let (tenant, nobody) = (world.tenant("acme").await, world.id("nobody"));
    let (before, after) = (world.event(&tenant, "invoice.created", &[]), world.event(&tenant, "invoice.created", &[]));
    let lost = world.event(&nobody, "invoice.created", &[]);
    let batch = vec![
        append(&tenant, vec![before.clone()]),
        append(&nobody, vec![lost.clone()]),
        append(&tenant, vec![after.clone()]),
    ];
    let new = Done::Appended(vec![Appended::New]);
    assert_eq!(world.commit(batch).await, [new.clone(), Done::NoTenant, new]);
    assert!(is_stored(&world, &before).await && is_stored(&world, &after).await && !is_stored(&world, &lost).await);
    world.tenant("nobody").await;
    assert!(!is_stored(&world, &lost).await);
}

/// A duplicate id is the only fault that a case can provoke; a full disk must have the same effect.
pub async fn a_failed_batch_writes_nothing_and_is_returned(store: &dyn Store) {
    let world = World::new(store, "journal.fault");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let taken = world.publish(&tenant, "invoice.created", &[subscription]).await;
    let before = world.shown(&tenant).await;
    let good = named(&world, &tenant, &[given_id("order-1")], &[subscription]);
    let batch = vec![
        append(&tenant, vec![good.clone()]),
        Write::Outcome(world.outcome(&tenant, taken.deliveries[0], 1, DeliveryStatus::Disabled)),
        append(&tenant, vec![taken]),
        append(&tenant, vec![world.event(&tenant, "invoice.created", &[])]),
    ];
    let fault = store.commit(batch).await.unwrap_err();
    let kinds = fault.batch.iter().map(|write| match write {
        Write::Append(Append { events, .. }) => events.len(),
        Write::Outcome(_) | Write::End(_) | Write::Cancel { .. } => 0,
    });
    assert_eq!(kinds.collect::<Vec<_>>(), [1, 0, 1, 1]);
    let after = world.shown(&tenant).await;
    assert_eq!((after.events, after.deliveries, after.attempts), (before.events, before.deliveries, before.attempts));
    assert_eq!(after.subscriptions, before.subscriptions);
    assert_eq!(world.append(&tenant, vec![good]).await, Done::Appended(vec![Appended::New]), "its key is still free");
}
