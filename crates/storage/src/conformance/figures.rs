//! Figures for metrics.

use super::fixtures::{World, begin, failed};
use crate::{BreakerChange, Store};
use model::{DeliveryStatus, Priority, Queue, ReplayState, SubscriptionState, policy::OpenBreaker};
use std::sync::Arc;

/// Rounds until the difference of two figures has no changes of other cases in it.
const ROUNDS: u32 = 60;

/// Other cases add and end deliveries on the same store meanwhile, so a round without theirs is waited for.
pub async fn waiting_deliveries_are_counted_by_queue_over_all_tenants(store: &dyn Store) {
    let world = World::new(store, "figures.waiting");
    let mut more = [0; 4];
    for round in 0..ROUNDS {
        more = newly_waiting(store, &world, round).await;
        if more == [6, 6, 2, 0] {
            return;
        }
    }
    panic!("{more:?} in the last of {ROUNDS} rounds");
}

/// The numbers of waiting deliveries by queue that are new after deliveries of two tenants were added and attempted.
async fn newly_waiting(store: &dyn Store, world: &World<'_>, round: u32) -> [i128; 4] {
    let before = store.waiting(world.now()).await.unwrap();
    for name in ["acme", "globex"] {
        let tenant = world.tenant(&format!("{name}-{round}")).await;
        let subscription = world.subscribe(&tenant).await.id;
        for number in 0..8 {
            let mut new = world.event(&tenant, "invoice.created", &[subscription]);
            Arc::make_mut(&mut new.event).priority = [Priority::High, Priority::Normal][number % 2];
            world.append(&tenant, vec![new.clone()]).await;
            match number {
                0 => world.attempted(&tenant, new.deliveries[0], 1, DeliveryStatus::Delivered).await,
                1 => world.attempted(&tenant, new.deliveries[0], 1, DeliveryStatus::Retrying).await,
                _ => {}
            }
        }
    }
    let after = store.waiting(world.now()).await.unwrap();
    let more = |queue| i128::from(after.in_queue(queue)) - i128::from(before.in_queue(queue));
    [Queue::High, Queue::Normal, Queue::Retry, Queue::Low].map(more)
}

pub async fn the_oldest_due_delivery_is_of_an_active_subscription_with_a_closed_breaker(store: &dyn Store) {
    let world = World::new(store, "figures.oldest");
    let tenant = world.tenant("acme").await;
    let oldest = async || store.waiting(world.now()).await.unwrap().oldest_due;
    let known = oldest().await;
    let subscription = world.subscribe(&tenant).await;
    let change = |breaker| BreakerChange { tenant: tenant.clone(), subscription: subscription.id, breaker };
    store.set_breakers(&[change(None)]).await.unwrap();
    let new = world.event(&tenant, "invoice.created", &[subscription.id]);
    let made = new.event.id.made_at();
    world.append(&tenant, vec![new]).await;
    let expected = known.map_or(made, |known| known.min(made));
    assert_eq!(oldest().await, Some(expected));
    if known.is_some() {
        // Another case's delivery is older.
        return;
    }
    assert_eq!(store.waiting(made.before(std::time::Duration::from_secs(1))).await.unwrap().oldest_due, None);
    let open = OpenBreaker { since: made, next_probe_at: made, reason: "connection refused".into(), pauses: 1 };
    store.set_breakers(&[change(Some(open))]).await.unwrap();
    assert_eq!(oldest().await, None, "an open breaker");
    store.set_breakers(&[change(None)]).await.unwrap();
    assert_eq!(oldest().await, Some(made));
    let mut paused = store.subscription(&tenant, subscription.id).await.unwrap().unwrap();
    paused.state = SubscriptionState::Paused;
    store.update_subscription(&paused).await.unwrap();
    assert_eq!(oldest().await, None, "a paused subscription");
}

pub async fn the_size_and_the_connections_of_a_store_are_known(store: &dyn Store) {
    let size = store.size().await.unwrap();
    assert!(size.database > 1_000, "{size:?}");
    let pools = store.pools();
    assert!(!pools.is_empty());
    for one in pools {
        assert!(one.max > 0 && one.idle + one.in_use <= one.max, "{one:?}");
    }
}

pub async fn the_version_and_the_oldest_event_of_a_store_are_known(store: &dyn Store) {
    // Earlier than the events of all other cases.
    let world = World::at(store, "figures.facts", model::Timestamp::from_millis(1_000_000_000_000));
    let tenant = world.tenant("acme").await;
    let made = world.publish(&tenant, "invoice.created", &[]).await.event.id.made_at();
    world.publish(&tenant, "invoice.created", &[]).await;
    let facts = store.facts().await.unwrap();
    assert!(facts.version.starts_with(|first: char| first.is_ascii_digit()), "{facts:?}");
    assert_eq!(facts.oldest_event, Some(made));
    let days: Vec<_> = facts.partitions.iter().map(|one| (one.day.as_str(), one.bytes > 0)).collect();
    assert!(days.is_sorted() && days.iter().all(|(day, has_bytes)| day.len() == 10 && *has_bytes), "{days:?}");
    assert_eq!(store.shared().is_some(), !days.is_empty());
}

pub async fn replays_that_have_not_ended_are_counted_by_state(store: &dyn Store) {
    let world = World::new(store, "figures.replays");
    let before = store.open_replays().await.unwrap();
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let mut made = Vec::new();
    for _ in 0..4 {
        made.push(begin(&world, &tenant, subscription, failed(&world)).await.id);
    }
    for (id, state) in [(made[0], ReplayState::Paused), (made[1], ReplayState::Cancelled)] {
        store.set_replay_state(&tenant, id, state, None, world.now()).await.unwrap();
    }
    let after = store.open_replays().await.unwrap();
    assert_eq!((after.running - before.running, after.paused - before.paused), (2, 1));
}
