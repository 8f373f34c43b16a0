//! Lists of subscriptions by the health of their receivers.

use super::fixtures::{World, all};
use crate::{
    HealthFilter, InsertOutcome,
    ListScope::{AllTenants, Tenant},
    Page, Store, SubscriptionFilter,
};
use model::{
    DeliveryStatus::{Delivered, Failed},
    Subscription, SubscriptionState,
    policy::{AutoDisable, health::HealthState},
    statistics::Hour,
    subscription::Health,
};

pub async fn the_list_can_be_narrowed_to_a_health(store: &dyn Store) {
    let world = World::new(store, "subscriptions.health");
    let tenant = world.tenant("acme").await;
    let healthy = || {
        let mut one = world.subscription(&tenant);
        (one.health, one.policies.breaker) = (Health::default(), None);
        one
    };
    let (good, mut off, flaky) = (healthy(), healthy(), healthy());
    off.state = SubscriptionState::Disabled;
    let broken = world.subscription(&tenant);
    assert!(broken.health.breaker.is_some());
    let other = world.tenant("globex").await;
    let theirs = Subscription { tenant: other, ..world.subscription(&tenant) };
    for one in [&good, &off, &flaky, &broken, &theirs] {
        assert_eq!(store.insert_subscription(one).await.unwrap(), InsertOutcome::Done);
    }
    // 18 successes and a failure of one subscription, then a success.
    for status in [[Delivered; 18].as_slice(), &[Failed, Delivered]].concat() {
        let new = world.publish(&tenant, "a.b", &[flaky.id, good.id]).await;
        world.attempted(&tenant, new.deliveries[0], 1, status).await;
        world.attempted(&tenant, new.deliveries[1], 1, Delivered).await;
    }
    // Folds the increments, which a store may leave out of recent attempts for a second.
    store.read_statistics(&tenant, None, 1).await.unwrap();
    let from = Hour::of(world.now()).after(-1);
    let filter = |wanted| {
        let health = Some(HealthFilter { wanted, from, default: AutoDisable::Never });
        SubscriptionFilter { health, ..SubscriptionFilter::default() }
    };
    let rows = [
        (HealthState::Failing, vec![broken.id, off.id]),
        (HealthState::Degraded, vec![flaky.id]),
        (HealthState::Healthy, vec![good.id]),
    ];
    for (wanted, expected) in rows {
        let listed = store.subscriptions(Tenant(&tenant), &filter(wanted), all()).await.unwrap();
        assert_eq!(listed.rows.iter().map(|one| one.id).collect::<Vec<_>>(), expected, "{wanted:?}");
        let counted = store.count_subscriptions(Tenant(&tenant), &filter(wanted), 10).await.unwrap();
        assert_eq!(counted.rows as usize, expected.len());
    }
    let active = SubscriptionFilter { is_active: Some(true), ..filter(HealthState::Failing) };
    let listed = store.subscriptions(Tenant(&tenant), &active, Page::first(1)).await.unwrap();
    assert_eq!(listed.rows.iter().map(|one| one.id).collect::<Vec<_>>(), [broken.id]);
    let in_all = store.subscriptions(AllTenants, &filter(HealthState::Degraded), all()).await.unwrap();
    assert!(in_all.rows.iter().any(|one| one.id == flaky.id));
}
