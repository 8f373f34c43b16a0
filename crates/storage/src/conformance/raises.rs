//! Events that outcomes raise: written with their outcome, or not at all.

use super::fixtures::World;
use crate::{Append, Done, NewDelivery, NewEvent, Store, Write};
use model::{
    DeliveryStatus::{self, Delivered, Disabled, Exhausted, Failed, Pending, Retrying},
    SubscriptionId, SubscriptionState, TenantId,
};
use std::sync::Arc;

/// A tenant with `count` pending deliveries, and another one with a subscription that receives the raised events.
struct Scene<'w> {
    world: &'w World<'w>,
    tenant: TenantId,
    subscription: SubscriptionId,
    made: Vec<NewDelivery>,
    other: TenantId,
    receiver: SubscriptionId,
}

impl<'w> Scene<'w> {
    async fn of(world: &'w World<'w>, count: usize) -> Self {
        let (tenant, other) = (world.tenant("acme").await, world.tenant("other").await);
        let (subscription, receiver) = (world.subscribe(&tenant).await.id, world.subscribe(&other).await.id);
        let made = world.publish(&tenant, "invoice.created", &vec![subscription; count]).await.deliveries;
        Self { world, tenant, subscription, made, other, receiver }
    }

    /// An outcome of a delivery that raises an event in both tenants, and these events.
    fn raising(&self, of: usize, number: u32, status: DeliveryStatus) -> (Write, [(TenantId, NewEvent); 2]) {
        let (world, kind) = (self.world, "postrider.delivery.exhausted");
        let mut outcome = world.outcome(&self.tenant, self.made[of], number, status);
        let events = [
            (self.other.clone(), world.event(&self.other, kind, &[self.receiver])),
            (self.tenant.clone(), world.event(&self.tenant, kind, &[self.subscription])),
        ];
        let append = |(tenant, new): &(TenantId, NewEvent)| Append {
            tenant: tenant.clone(),
            events: Arc::new(vec![new.clone()]),
        };
        outcome.raises = events.iter().map(append).collect();
        (Write::Outcome(outcome), events)
    }

    /// Whether both events are stored with their deliveries, or neither is.
    async fn are_there(&self, events: &[(TenantId, NewEvent)]) -> bool {
        let mut there = Vec::new();
        for (tenant, new) in events {
            let event = self.world.store.event(tenant, new.event.id).await.unwrap();
            let delivery = self.world.store.delivery(tenant, new.deliveries[0].id).await.unwrap();
            assert_eq!(event.is_some(), delivery.is_some());
            assert!(delivery.is_none_or(|one| one.status == Pending));
            there.push(event.is_some());
        }
        assert!(there.iter().all(|one| *one == there[0]), "{there:?}");
        there[0]
    }
}

pub async fn an_outcome_that_ends_its_delivery_writes_its_events_once(store: &dyn Store) {
    let world = World::new(store, "raises.ended");
    let scene = Scene::of(&world, 3).await;
    for (of, status) in [Exhausted, Failed].into_iter().enumerate() {
        let (write, events) = scene.raising(of, 1, status);
        assert_eq!(world.commit(vec![write.clone()]).await, [Done::Raised], "{status:?}");
        assert!(scene.are_there(&events).await);
        // The same outcome again, after a commit whose answer was lost: other ids, so nothing may be written.
        let (again, events) = scene.raising(of, 1, status);
        assert!(matches!(world.commit(vec![again]).await[..], [Done::Recorded | Done::Taken]), "{status:?}");
        assert!(!scene.are_there(&events).await);
    }
    let (write, events) = scene.raising(2, 1, Retrying);
    assert_eq!(world.commit(vec![write]).await, [Done::Recorded]);
    assert!(!scene.are_there(&events).await, "the delivery goes on");
    let (write, events) = scene.raising(2, 2, Delivered);
    assert_eq!(world.commit(vec![write]).await, [Done::Raised]);
    assert!(scene.are_there(&events).await, "the caller chooses which outcomes raise events");
}

pub async fn an_end_without_an_attempt_writes_its_events_once(store: &dyn Store) {
    let world = World::new(store, "raises.expired");
    let scene = Scene::of(&world, 1).await;
    let expiring = |at| {
        let event = world.event(&scene.other, "postrider.delivery.exhausted", &[scene.receiver]);
        let mut write = world.expiry(&scene.tenant, scene.made[0].id, at);
        if let Write::End(ending) = &mut write {
            ending.raises = vec![Append { tenant: scene.other.clone(), events: Arc::new(vec![event.clone()]) }];
        }
        (write, [(scene.other.clone(), event)])
    };
    let (write, events) = expiring(world.tick());
    assert_eq!(world.commit(vec![write]).await, [Done::Raised]);
    assert!(scene.are_there(&events).await);
    let (again, events) = expiring(world.tick());
    assert_eq!(world.commit(vec![again]).await, [Done::Taken]);
    assert!(!scene.are_there(&events).await);
}

pub async fn several_410_of_a_subscription_write_the_events_of_the_first(store: &dyn Store) {
    let world = World::new(store, "raises.gone");
    let scene = Scene::of(&world, 3).await;
    let (first, of_first) = scene.raising(0, 1, Disabled);
    let (second, of_second) = scene.raising(1, 1, Disabled);
    assert_eq!(world.commit(vec![first, second]).await, [Done::Raised, Done::Recorded]);
    assert!(scene.are_there(&of_first).await && !scene.are_there(&of_second).await);
    let (third, of_third) = scene.raising(2, 1, Disabled);
    assert_eq!(world.commit(vec![third]).await, [Done::Recorded]);
    assert!(!scene.are_there(&of_third).await);
    for of in &scene.made {
        assert_eq!(world.delivery(&scene.tenant, of.id).await.status, Disabled);
    }
    let known = store.subscription(&scene.tenant, scene.subscription).await.unwrap().unwrap();
    assert_eq!(known.state, SubscriptionState::Disabled);
    assert_eq!(known.revision, 2, "disabled once");
}

pub async fn a_raised_event_of_a_missing_tenant_does_not_prevent_the_outcome(store: &dyn Store) {
    let world = World::new(store, "raises.nobody");
    let scene = Scene::of(&world, 1).await;
    let (write, events) = scene.raising(0, 1, Exhausted);
    store.delete_tenant(&scene.other).await.unwrap();
    assert_eq!(world.commit(vec![write]).await, [Done::Raised]);
    assert!(!scene.are_there(&events[..1]).await && scene.are_there(&events[1..]).await);
    assert_eq!(world.delivery(&scene.tenant, scene.made[0].id).await.status, Exhausted);
}

pub async fn operational_events_are_not_counted_as_publications(store: &dyn Store) {
    let world = World::new(store, "raises.counts");
    let scene = Scene::of(&world, 1).await;
    let (write, _) = scene.raising(0, 1, Exhausted);
    world.commit(vec![write]).await;
    world.publish(&scene.tenant, "postrider.subscription.created", &[]).await;
    let since = world.now().before(std::time::Duration::from_secs(86_400));
    let counted = store.publications(&scene.tenant, since, 10).await.unwrap();
    let types: Vec<_> = counted.iter().map(|one| one.event_type.as_str()).collect();
    assert_eq!(types, ["invoice.created"]);
    assert!(store.publications(&scene.other, since, 10).await.unwrap().is_empty());
}
