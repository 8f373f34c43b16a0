//! Subscriptions: stored, listed, updated, deleted.

use super::{
    fixtures::{World, all, next_due, object, patterns, url},
    paging::{by_last_id, by_offset},
};
use crate::{BreakerChange, InsertOutcome, ListScope::Tenant, Page, Store, SubscriptionFilter, UpdateOutcome, Write};
use model::{
    DeliveryStatus, JsonObject, Policies, Profile, Subscription, SubscriptionId, SubscriptionState, TenantId,
    Timestamp,
    policy::OpenBreaker,
    subscription::{Disabled, DisabledReason, Health, SigningSecret, SubscriptionStats},
};
use serde_json::json;
use std::time::Duration;

async fn list(store: &dyn Store, tenant: &TenantId, filter: &SubscriptionFilter) -> Vec<SubscriptionId> {
    let listed = store.subscriptions(Tenant(tenant), filter, all()).await.unwrap().rows;
    listed.into_iter().map(|subscription| subscription.id).collect()
}

/// Stores subscriptions to these patterns; returns them newest first.
async fn subscribe_to(world: &World<'_>, tenant: &TenantId, wishes: &[&[&str]]) -> Vec<Subscription> {
    let mut made = Vec::new();
    for wish in wishes {
        let subscription = Subscription { events: patterns(wish), ..world.subscription(tenant) };
        assert_eq!(world.store.insert_subscription(&subscription).await.unwrap(), InsertOutcome::Done);
        made.insert(0, subscription);
    }
    made
}

pub async fn a_subscription_is_kept_whole(store: &dyn Store) {
    let world = World::new(store, "subscriptions.whole");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await;
    assert_eq!(store.subscription(&tenant, subscription.id).await.unwrap(), Some(subscription.clone()));
    let listed = store.subscriptions(Tenant(&tenant), &SubscriptionFilter::default(), all()).await.unwrap().rows;
    assert_eq!(listed, [subscription]);
}

pub async fn a_subscription_with_nothing_optional_is_kept_whole(store: &dyn Store) {
    let world = World::new(store, "subscriptions.bare");
    let tenant = world.tenant("acme").await;
    let bare = Subscription {
        description: None,
        events: vec![],
        headers: vec![],
        retry_enabled: false,
        max_retries: 0,
        timeout: Duration::from_secs(5),
        secrets: vec![],
        metadata: JsonObject::default(),
        is_unique: false,
        revision: 0,
        ..world.subscription(&tenant)
    };
    assert_eq!(store.insert_subscription(&bare).await.unwrap(), InsertOutcome::Done);
    assert_eq!(store.subscription(&tenant, bare.id).await.unwrap(), Some(bare.clone()));
    let filter = SubscriptionFilter { event_type: Some("invoice.created".into()), ..Default::default() };
    assert_eq!(list(store, &tenant, &filter).await, []);
}

pub async fn every_state_and_profile_is_kept(store: &dyn Store) {
    let world = World::new(store, "subscriptions.codes");
    let tenant = world.tenant("acme").await;
    for state in [SubscriptionState::Active, SubscriptionState::Paused, SubscriptionState::Disabled] {
        for profile in Profile::ALL {
            let subscription = Subscription { state, profile, ..world.subscription(&tenant) };
            assert_eq!(store.insert_subscription(&subscription).await.unwrap(), InsertOutcome::Done);
            assert_eq!(store.subscription(&tenant, subscription.id).await.unwrap(), Some(subscription));
        }
    }
}

pub async fn subscriptions_are_listed_newest_first(store: &dyn Store) {
    let world = World::new(store, "subscriptions.list");
    let tenant = world.tenant("acme").await;
    let made = [world.subscription(&tenant), world.subscription(&tenant), world.subscription(&tenant)];
    for at in [1, 2, 0] {
        assert_eq!(store.insert_subscription(&made[at]).await.unwrap(), InsertOutcome::Done);
    }
    assert_eq!(list(store, &tenant, &SubscriptionFilter::default()).await, [made[2].id, made[1].id, made[0].id]);
}

pub async fn subscriptions_are_paged_by_the_last_id_and_by_offset(store: &dyn Store) {
    let world = World::new(store, "subscriptions.page");
    let tenant = world.tenant("acme").await;
    let mut made = subscribe_to(&world, &tenant, &[&["*"][..]; 7]).await;
    store.delete_subscription(&tenant, made[3].id, world.tick()).await.unwrap();
    made.remove(3);
    let filter = SubscriptionFilter::default();
    let read = async |page| store.subscriptions(Tenant(&tenant), &filter, page).await.unwrap().rows;
    for limit in [1, 2, 6, 9] {
        assert_eq!(by_last_id(limit, |one: &Subscription| one.id.into(), read).await, made);
        assert_eq!(by_offset(limit, read).await, made);
    }
    assert_eq!(read(Page { limit: 2, offset: 1, cursor: Some(made[1].id.into()) }).await, made[3..5]);
    assert_eq!(read(Page::first(0)).await, []);
}

pub async fn the_list_can_be_narrowed_to_active_ones(store: &dyn Store) {
    let world = World::new(store, "subscriptions.active");
    let tenant = world.tenant("acme").await;
    let mut made = Vec::new();
    for state in SubscriptionState::ALL {
        let subscription = Subscription { state, ..world.subscription(&tenant) };
        assert_eq!(store.insert_subscription(&subscription).await.unwrap(), InsertOutcome::Done);
        made.push(subscription.id);
    }
    let narrowed =
        async |is_active| list(store, &tenant, &SubscriptionFilter { is_active, ..Default::default() }).await;
    assert_eq!(narrowed(Some(true)).await, [made[0]]);
    assert_eq!(narrowed(Some(false)).await, [made[2], made[1]]);
    assert_eq!(narrowed(None).await, [made[2], made[1], made[0]]);
}

pub async fn the_list_can_be_narrowed_to_an_event_type(store: &dyn Store) {
    let world = World::new(store, "subscriptions.type");
    let tenant = world.tenant("acme").await;
    let wishes: [&[&str]; 6] = [
        &["*"],
        &["invoice.*"],
        &["invoice.paid", "customer.created"],
        &["invoice.line.*", "customer.*"],
        &["invoices.paid"],
        &["invoice"],
    ];
    let mut made = subscribe_to(&world, &tenant, &wishes).await;
    made.reverse();
    for (asked, expected) in [
        ("invoice.paid", vec![2, 1, 0]),
        ("customer.created", vec![3, 2, 0]),
        ("invoice.line.added", vec![3, 1, 0]),
        ("invoice.*", vec![1, 0]),
        ("customer.*", vec![3, 0]),
        ("*", vec![0]),
        ("invoice", vec![5, 0]),
        ("invoice.pai", vec![1, 0]),
        ("nothing.at_all", vec![0]),
    ] {
        let filter = SubscriptionFilter { event_type: Some(asked.into()), ..Default::default() };
        let expected: Vec<_> = expected.into_iter().map(|at: usize| made[at].id).collect();
        assert_eq!(list(store, &tenant, &filter).await, expected, "{asked}");
    }
}

pub async fn filters_of_subscriptions_go_together_and_with_pages(store: &dyn Store) {
    let world = World::new(store, "subscriptions.filters");
    let tenant = world.tenant("acme").await;
    let mut expected = Vec::new();
    for number in 0..24 {
        let mut subscription = world.subscription(&tenant);
        subscription.events = patterns(if number % 2 == 0 { &["invoice.*"] } else { &["customer.*"] });
        subscription.state = if number % 3 == 0 { SubscriptionState::Paused } else { SubscriptionState::Active };
        assert_eq!(store.insert_subscription(&subscription).await.unwrap(), InsertOutcome::Done);
        if number % 2 == 0 && number % 3 != 0 {
            expected.insert(0, subscription);
        }
    }
    let (is_active, event_type) = (Some(true), Some("invoice.paid".into()));
    let filter = SubscriptionFilter { is_active, event_type, ..SubscriptionFilter::default() };
    let read = async |page| store.subscriptions(Tenant(&tenant), &filter, page).await.unwrap().rows;
    assert_eq!(read(all()).await, expected);
    assert_eq!(by_last_id(3, |one: &Subscription| one.id.into(), read).await, expected);
    assert_eq!(by_offset(3, read).await, expected);
}

pub async fn an_update_writes_everything_but_the_statistics(store: &dyn Store) {
    let world = World::new(store, "subscriptions.update");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await;
    let event = world.publish(&tenant, "invoice.created", &[subscription.id]).await;
    world.attempted(&tenant, event.deliveries[0], 1, DeliveryStatus::Delivered).await;
    let read = store.subscription(&tenant, subscription.id).await.unwrap().unwrap();
    assert_eq!(read.stats.success_count, 1);

    let changed = Subscription {
        url: url("https://other.example/"),
        description: None,
        events: patterns(&["*"]),
        headers: vec![("X-New".into(), "1".into())],
        state: SubscriptionState::Paused,
        profile: Profile::Standard,
        retry_enabled: false,
        max_retries: 0,
        timeout: Duration::from_secs(300),
        policies: Policies::default(),
        health: Health {
            disabled: Some(Disabled { reason: Some(DisabledReason::Failing), at: world.tick() }),
            ..Health::default()
        },
        secrets: vec![SigningSecret { value: "whsec_next".into(), until: None }],
        metadata: object(json!({ "team": "other" })),
        stats: SubscriptionStats { success_count: 99, ..SubscriptionStats::default() },
        updated_at: world.tick(),
        ..read.clone()
    };
    assert_eq!(store.update_subscription(&changed).await.unwrap(), UpdateOutcome::Done);
    let expected = Subscription { stats: read.stats, revision: read.revision + 1, ..changed };
    assert_eq!(store.subscription(&tenant, subscription.id).await.unwrap(), Some(expected));
}

pub async fn the_breaker_is_written_alone_and_makes_earlier_readers_stale(store: &dyn Store) {
    let world = World::new(store, "subscriptions.breaker");
    let tenant = world.tenant("acme").await;
    let (read, other) = (world.subscribe(&tenant).await, world.subscribe(&tenant).await);
    let (since, reason) = (world.tick(), "refused".to_owned());
    let open = OpenBreaker { since, reason, next_probe_at: since.after(Duration::from_secs(5)), pauses: 1 };
    let mut before = read.health.breaker.clone();
    for (step, breaker) in [(1, Some(open)), (2, None)] {
        let change = |subscription| BreakerChange { tenant: tenant.clone(), subscription, breaker: breaker.clone() };
        let found = store.set_breakers(&[change(other.id), change(read.id)]).await.unwrap();
        let found: Vec<_> = found.into_iter().filter(|one| one.subscription == read.id).collect();
        let expected = BreakerChange { tenant: tenant.clone(), subscription: read.id, breaker: before };
        assert_eq!(found, [expected], "the state before");
        before = breaker.clone();
        let health = Health { breaker, ..read.health.clone() };
        let expected = Subscription { health, revision: read.revision + step, ..read.clone() };
        assert_eq!(store.subscription(&tenant, read.id).await.unwrap(), Some(expected));
    }
    assert_eq!(store.update_subscription(&read).await.unwrap(), UpdateOutcome::Stale);
    store.delete_subscription(&tenant, read.id, world.tick()).await.unwrap();
    let gone = BreakerChange { tenant: tenant.clone(), subscription: read.id, breaker: None };
    assert_eq!(store.set_breakers(&[gone]).await.unwrap(), []);
    assert_eq!(store.subscription(&tenant, read.id).await.unwrap(), None);
    assert_eq!(store.subscription(&tenant, other.id).await.unwrap().unwrap().health.breaker, None);
}

pub async fn of_several_warnings_one_is_recorded(store: &dyn Store) {
    let world = World::new(store, "subscriptions.warned");
    let tenant = world.tenant("acme").await;
    let read = world.subscribe(&tenant).await;
    let (before, now) = (read.health.warned_at, Some(world.tick()));
    assert!(store.set_warned(&tenant, read.id, before, now).await.unwrap());
    assert!(!store.set_warned(&tenant, read.id, before, now).await.unwrap());
    let known = store.subscription(&tenant, read.id).await.unwrap().unwrap();
    assert_eq!((known.health.warned_at, known.revision), (now, read.revision + 1));
    let far = Timestamp::from_micros(0);
    let is_found = async || store.failing_subscriptions(far).await.unwrap().contains(&(tenant.clone(), read.id));
    assert!(is_found().await, "a warned subscription is found whatever its failures");
    assert!(store.set_warned(&tenant, read.id, now, None).await.unwrap());
    assert!(!is_found().await);
}

pub async fn an_update_of_an_outdated_revision_is_stale(store: &dyn Store) {
    let world = World::new(store, "subscriptions.stale");
    let tenant = world.tenant("acme").await;
    let read = world.subscribe(&tenant).await;
    let first = Subscription { url: url("https://first.example/"), ..read.clone() };
    let second = Subscription { url: url("https://second.example/"), ..read };
    assert_eq!(store.update_subscription(&first).await.unwrap(), UpdateOutcome::Done);
    assert_eq!(store.update_subscription(&second).await.unwrap(), UpdateOutcome::Stale);
    let now = store.subscription(&tenant, first.id).await.unwrap().unwrap();
    assert_eq!(now, Subscription { revision: first.revision + 1, ..first });
    let again = Subscription { revision: now.revision, ..second };
    assert_eq!(store.update_subscription(&again).await.unwrap(), UpdateOutcome::Done);
}

pub async fn an_update_of_a_missing_subscription_finds_nothing(store: &dyn Store) {
    let world = World::new(store, "subscriptions.missing");
    let tenant = world.tenant("acme").await;
    let never = world.subscription(&tenant);
    assert_eq!(store.update_subscription(&never).await.unwrap(), UpdateOutcome::Missing);
    assert_eq!(store.delete_subscription(&tenant, never.id, world.tick()).await.unwrap(), UpdateOutcome::Missing);
    store.cancel_waiting(&tenant, never.id, world.tick()).await.unwrap();
    assert_eq!(store.subscription(&tenant, never.id).await.unwrap(), None);
}

pub async fn a_deleted_subscription_is_hidden(store: &dyn Store) {
    let world = World::new(store, "subscriptions.hidden");
    let tenant = world.tenant("acme").await;
    let (gone, stays) = (world.subscribe(&tenant).await, world.subscribe(&tenant).await);
    assert_eq!(store.delete_subscription(&tenant, gone.id, world.tick()).await.unwrap(), UpdateOutcome::Done);
    assert_eq!(store.subscription(&tenant, gone.id).await.unwrap(), None);
    for is_active in [None, Some(true), Some(false)] {
        let listed = list(store, &tenant, &SubscriptionFilter { is_active, ..Default::default() }).await;
        assert!(!listed.contains(&gone.id) && listed.contains(&stays.id) == (is_active != Some(false)));
    }
    let next = Subscription { revision: gone.revision + 1, ..gone.clone() };
    assert_eq!(store.update_subscription(&gone).await.unwrap(), UpdateOutcome::Missing);
    assert_eq!(store.update_subscription(&next).await.unwrap(), UpdateOutcome::Missing);
    assert_eq!(store.delete_subscription(&tenant, gone.id, world.tick()).await.unwrap(), UpdateOutcome::Missing);
    assert_eq!(store.subscription(&tenant, gone.id).await.unwrap(), None);
}

pub async fn deleting_a_subscription_cancels_its_waiting_deliveries(store: &dyn Store) {
    let world = World::new(store, "subscriptions.cancels");
    let tenant = world.tenant("acme").await;
    let (gone, stays) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let event = world.publish(&tenant, "invoice.created", &[gone, gone, gone, gone, stays]).await;
    let [pending, retrying, delivered, failed, other] = event.deliveries[..] else { unreachable!() };
    world.attempted(&tenant, retrying, 1, DeliveryStatus::Retrying).await;
    world.attempted(&tenant, delivered, 1, DeliveryStatus::Delivered).await;
    world.attempted(&tenant, failed, 1, DeliveryStatus::Failed).await;
    let mut before = Vec::new();
    for of in [delivered, failed, other] {
        before.push(world.delivery(&tenant, of.id).await);
    }

    let now = world.tick();
    assert_eq!(store.delete_subscription(&tenant, gone, now).await.unwrap(), UpdateOutcome::Done);
    for (of, attempts) in [(pending, 0), (retrying, 1)] {
        let now_is = world.delivery(&tenant, of.id).await;
        assert_eq!((now_is.status, now_is.next_attempt_at), (DeliveryStatus::Cancelled, None));
        assert_eq!((now_is.updated_at, now_is.attempts), (now, attempts));
        assert_eq!(now_is.error.as_deref(), Some("the subscription was deleted"));
    }
    for before in before {
        assert_eq!(world.delivery(&tenant, before.id).await, before);
    }
    assert_eq!(next_due(store, &tenant, gone).await, None);
    assert!(next_due(store, &tenant, stays).await.is_some());
}

pub async fn deleting_a_subscription_cancels_a_backlog_of_any_size(store: &dyn Store) {
    const MANY: usize = 4_100;
    let world = World::new(store, "subscriptions.cancels_many");
    let tenant = world.tenant("acme").await;
    let (gone, stays) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let mut to = vec![gone; MANY];
    to.push(stays);
    let event = world.publish(&tenant, "invoice.created", &to).await;
    store.delete_subscription(&tenant, gone, world.tick()).await.unwrap();
    let deliveries = store.event_deliveries(&tenant, event.event.id).await.unwrap();
    assert_eq!(deliveries.len(), MANY + 1);
    assert!(deliveries[..MANY].iter().all(|one| one.status == DeliveryStatus::Cancelled));
    assert_eq!(deliveries[MANY].status, DeliveryStatus::Pending);
}

pub async fn an_interrupted_deletion_of_a_subscription_can_be_finished(store: &dyn Store) {
    let world = World::new(store, "subscriptions.cut");
    let tenant = world.tenant("acme").await;
    let (gone, stays) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    store.delete_subscription(&tenant, gone, world.tick()).await.unwrap();
    // Created by a node that had matched the subscription before its deletion: the same state as after a crash in the
    // middle.
    let event = world.publish(&tenant, "invoice.created", &[gone, stays, gone]).await;
    let outcome = world.outcome(&tenant, event.deliveries[2], 1, DeliveryStatus::Retrying);
    world.commit(vec![Write::Outcome(outcome)]).await;

    let now = world.tick();
    store.cancel_waiting(&tenant, gone, now).await.unwrap();
    for (at, status) in [(0, DeliveryStatus::Cancelled), (1, DeliveryStatus::Pending), (2, DeliveryStatus::Cancelled)] {
        assert_eq!(world.delivery(&tenant, event.deliveries[at].id).await.status, status);
    }
    let before = world.shown(&tenant).await;
    store.cancel_waiting(&tenant, gone, world.tick()).await.unwrap();
    assert_eq!(world.shown(&tenant).await.deliveries, before.deliveries, "a second call changes nothing");
}

pub async fn each_subscription_includes_deleted_ones(store: &dyn Store) {
    let world = World::new(store, "subscriptions.each");
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    let (kept, gone) = (world.subscribe(&acme).await, world.subscribe(&globex).await);
    let now = world.tick();
    store.delete_subscription(&globex, gone.id, now).await.unwrap();
    let mut found = Vec::new();
    let mut take = |one: Subscription| {
        if [&acme, &globex].contains(&&one.tenant) {
            found.push(one);
        }
    };
    store.each_subscription(&mut take).await.unwrap();
    found.sort_by_key(|one| one.id);
    let revision = gone.revision + 1;
    let gone = Subscription { state: SubscriptionState::Deleted, revision, updated_at: now, ..gone };
    let lean = |one| Subscription { description: None, metadata: JsonObject::default(), ..one };
    assert_eq!(found, [kept, gone].map(lean));
}

pub async fn each_subscription_reads_any_number_of_subscriptions(store: &dyn Store) {
    const MANY: usize = 5_100;
    let world = World::new(store, "subscriptions.each_many");
    let tenants = [world.tenant("a").await, world.tenant("b").await, world.tenant("c").await];
    let mut made = Vec::new();
    for number in 0..MANY {
        let id = SubscriptionId::from_bytes((number as u128 + 1).to_be_bytes());
        // Without secrets and headers, because sealing is slow in unoptimised builds and not the subject here.
        let bare =
            Subscription { id, headers: vec![], secrets: vec![], ..world.subscription(&tenants[number * 3 / MANY]) };
        assert_eq!(store.insert_subscription(&bare).await.unwrap(), InsertOutcome::Done);
        made.push((bare.tenant, bare.id));
    }
    let mut found = Vec::new();
    let mut take = |one: Subscription| {
        if tenants.contains(&one.tenant) {
            found.push((one.tenant, one.id));
        }
    };
    store.each_subscription(&mut take).await.unwrap();
    found.sort();
    assert_eq!(found, made);
}
