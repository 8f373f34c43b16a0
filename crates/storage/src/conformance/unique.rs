//! Subscriptions that are unique by event and URL, and look-ups of deleted ones.

use super::fixtures::{World, all, patterns, url};
use crate::{InsertOutcome, ListScope::Tenant, Store, SubscriptionFilter, UpdateOutcome};
use model::{Profile, Subscription, SubscriptionId, SubscriptionState, TenantId};

fn unique(world: &World<'_>, tenant: &TenantId, event: &str) -> Subscription {
    Subscription {
        url: url("https://example.com/unique"),
        events: patterns(&[event]),
        is_unique: true,
        profile: Profile::Tenant,
        ..world.subscription(tenant)
    }
}

pub async fn two_active_subscriptions_cannot_have_the_same_event_and_url(store: &dyn Store) {
    let world = World::new(store, "two_active_ones");
    let (mine, other) = (world.tenant("mine").await, world.tenant("other").await);
    let first = unique(&world, &mine, "invoice.paid");
    assert_eq!(store.insert_subscription(&first).await.unwrap(), InsertOutcome::Done);
    assert_eq!(
        store.insert_subscription(&unique(&world, &mine, "invoice.paid")).await.unwrap(),
        InsertOutcome::Duplicate
    );
    assert_eq!(store.insert_subscription(&unique(&world, &mine, "invoice.sent")).await.unwrap(), InsertOutcome::Done);
    let elsewhere = Subscription { url: url("https://example.com/else"), ..unique(&world, &mine, "invoice.paid") };
    assert_eq!(store.insert_subscription(&elsewhere).await.unwrap(), InsertOutcome::Done);
    assert_eq!(store.insert_subscription(&unique(&world, &other, "invoice.paid")).await.unwrap(), InsertOutcome::Done);
    let read = store.subscription(&mine, first.id).await.unwrap().unwrap();
    assert!(read.is_unique);
}

pub async fn a_subscription_that_need_not_be_unique_blocks_no_other(store: &dyn Store) {
    let world = World::new(store, "need_not_be_unique");
    let tenant = world.tenant("a").await;
    let common = |world: &World<'_>| Subscription { is_unique: false, ..unique(world, &tenant, "invoice.paid") };
    assert_eq!(store.insert_subscription(&common(&world)).await.unwrap(), InsertOutcome::Done);
    assert_eq!(store.insert_subscription(&common(&world)).await.unwrap(), InsertOutcome::Done);
    assert_eq!(store.insert_subscription(&unique(&world, &tenant, "invoice.paid")).await.unwrap(), InsertOutcome::Done);
    assert_eq!(store.insert_subscription(&common(&world)).await.unwrap(), InsertOutcome::Done);
}

pub async fn a_deleted_or_paused_subscription_frees_its_event_and_url(store: &dyn Store) {
    let world = World::new(store, "place_is_free");
    let tenant = world.tenant("a").await;
    let first = unique(&world, &tenant, "invoice.paid");
    assert_eq!(store.insert_subscription(&first).await.unwrap(), InsertOutcome::Done);
    assert_eq!(store.delete_subscription(&tenant, first.id, world.tick()).await.unwrap(), UpdateOutcome::Done);
    let second = unique(&world, &tenant, "invoice.paid");
    assert_eq!(store.insert_subscription(&second).await.unwrap(), InsertOutcome::Done);
    let paused = Subscription { state: SubscriptionState::Paused, ..second };
    assert_eq!(store.update_subscription(&paused).await.unwrap(), UpdateOutcome::Done);
    assert_eq!(store.insert_subscription(&unique(&world, &tenant, "invoice.paid")).await.unwrap(), InsertOutcome::Done);
    let again = Subscription { state: SubscriptionState::Active, revision: paused.revision + 1, ..paused.clone() };
    assert_eq!(store.update_subscription(&again).await.unwrap(), UpdateOutcome::Duplicate);
    let read = store.subscription(&tenant, paused.id).await.unwrap().unwrap();
    assert_eq!((read.state, read.revision), (SubscriptionState::Paused, again.revision));
}

pub async fn an_update_cannot_duplicate_event_and_url(store: &dyn Store) {
    let world = World::new(store, "change_to_same");
    let tenant = world.tenant("a").await;
    let (first, second) = (unique(&world, &tenant, "invoice.paid"), unique(&world, &tenant, "invoice.sent"));
    assert_eq!(store.insert_subscription(&first).await.unwrap(), InsertOutcome::Done);
    assert_eq!(store.insert_subscription(&second).await.unwrap(), InsertOutcome::Done);
    let same = Subscription { events: first.events.clone(), ..second };
    assert_eq!(store.update_subscription(&same).await.unwrap(), UpdateOutcome::Duplicate);
}

pub async fn a_deleted_subscription_is_still_found_for_the_log(store: &dyn Store) {
    let world = World::new(store, "known_to_the_log");
    let (mine, other) = (world.tenant("mine").await, world.tenant("other").await);
    let (gone, there) = (world.subscribe(&mine).await, world.subscribe(&mine).await);
    assert_eq!(store.delete_subscription(&mine, gone.id, world.tick()).await.unwrap(), UpdateOutcome::Done);
    let never = SubscriptionId::from_bytes([9; 16]);
    let found = store.subscriptions_ever(&mine, &[gone.id, never, there.id]).await.unwrap();
    assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [gone.id, there.id]);
    assert_eq!(found[0].url, gone.url);
    assert_eq!(found[0].state, SubscriptionState::Deleted);
    assert_eq!(store.subscriptions_ever(&other, &[gone.id, there.id]).await.unwrap(), []);
}

pub async fn subscriptions_are_listed_by_profile(store: &dyn Store) {
    let world = World::new(store, "by_profile");
    let tenant = world.tenant("a").await;
    let made = unique(&world, &tenant, "invoice.paid");
    assert_eq!(store.insert_subscription(&made).await.unwrap(), InsertOutcome::Done);
    let platform = Subscription { profile: Profile::Platform, ..world.subscription(&tenant) };
    assert_eq!(store.insert_subscription(&platform).await.unwrap(), InsertOutcome::Done);
    for (profile, expected) in [(Profile::Tenant, vec![made.id]), (Profile::Platform, vec![platform.id])] {
        let filter = SubscriptionFilter { profile: Some(profile), ..Default::default() };
        let found = store.subscriptions(Tenant(&tenant), &filter, all()).await.unwrap().rows;
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), expected);
    }
}
