//! Counts of publications: exact, per tenant, and kept longer than the events.

use super::fixtures::{World, append, idempotency};
use crate::{Done, Publication, Store, day_of};
use model::{EventType, TenantId, Timestamp};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// More types than any case has.
const ALL: u32 = 1_000;

fn counted(event_type: &str, published: u64, misfits: u64, last_at: Timestamp) -> Publication {
    Publication { event_type: EventType::parse(event_type).unwrap(), published, misfits, last_at }
}

async fn of(world: &World<'_>, tenant: &TenantId) -> Vec<Publication> {
    world.store.publications(tenant, world.now().before(DAY), ALL).await.unwrap()
}

pub async fn publications_are_counted_by_type(store: &dyn Store) {
    let world = World::new(store, "publications.count");
    let tenant = world.tenant("acme").await;
    assert_eq!(of(&world, &tenant).await, []);
    let subscription = world.subscribe(&tenant).await.id;
    let events = ["a.few", "b.many", "b.many", "b.many"].map(|one| world.event(&tenant, one, &[subscription]));
    let many = events[3].event.id.made_at();
    world.append(&tenant, events.into()).await;
    let few = world.publish(&tenant, "a.few", &[]).await.event.id.made_at();
    let last = world.publish(&tenant, "c.one", &[]).await.event.id.made_at();
    let all = [counted("b.many", 3, 0, many), counted("a.few", 2, 0, few), counted("c.one", 1, 0, last)];
    assert_eq!(of(&world, &tenant).await, all);
    let first = store.publications(&tenant, world.now(), 2).await.unwrap();
    assert_eq!(first, all[..2], "the most frequent types");
}

pub async fn events_that_break_their_schema_are_counted(store: &dyn Store) {
    let world = World::new(store, "publications.misfits");
    let tenant = world.tenant("acme").await;
    let mut events = ["a.b", "a.b", "a.b"].map(|one| world.event(&tenant, one, &[]));
    events[0].broke_schema = true;
    events[2].broke_schema = true;
    let last = events[2].event.id.made_at();
    world.append(&tenant, events.into()).await;
    assert_eq!(of(&world, &tenant).await, [counted("a.b", 3, 2, last)]);
}

pub async fn a_duplicate_is_not_counted(store: &dyn Store) {
    let world = World::new(store, "publications.duplicates");
    let tenant = world.tenant("acme").await;
    let named = || {
        let mut event = world.event(&tenant, "a.b", &[]);
        event.keys = vec![idempotency("first")];
        event.broke_schema = true;
        event
    };
    let (first, again, other) = (named(), named(), named());
    let at = first.event.id.made_at();
    world.append(&tenant, vec![first, again]).await;
    world.append(&tenant, vec![other]).await;
    assert_eq!(of(&world, &tenant).await, [counted("a.b", 1, 1, at)]);
    // Events that were not written are not counted either.
    let nobody = world.id("nobody");
    let event = world.event(&nobody, "a.b", &[]);
    assert_eq!(world.commit(vec![append(&nobody, vec![event])]).await, [Done::NoTenant]);
    assert_eq!(of(&world, &nobody).await, []);
    world.tenant("nobody").await;
    assert_eq!(of(&world, &nobody).await, []);
}

pub async fn counts_are_of_whole_days(store: &dyn Store) {
    let world = World::new(store, "publications.days");
    let tenant = world.tenant("acme").await;
    let first = world.publish(&tenant, "a.b", &[]).await.event.id.made_at();
    world.advance(DAY);
    let second = world.publish(&tenant, "a.b", &[]).await.event.id.made_at();
    assert_eq!(day_of(second), day_of(first) + 1);
    let since = async |at: Timestamp| store.publications(&tenant, at, ALL).await.unwrap();
    assert_eq!(since(first).await, [counted("a.b", 2, 0, second)]);
    assert_eq!(since(first.after(Duration::from_secs(60))).await, [counted("a.b", 2, 0, second)]);
    assert_eq!(since(second).await, [counted("a.b", 1, 0, second)]);
    assert_eq!(since(second.after(DAY)).await, []);
}

pub async fn the_counts_of_all_tenants_are_added_up(store: &dyn Store) {
    let world = World::new(store, "publications.all");
    let (acme, globex, gone) = (world.tenant("acme").await, world.tenant("globex").await, world.tenant("gone").await);
    // Types that no other case uses.
    for (tenant, event_type) in
        [(&acme, "sum.one"), (&globex, "sum.one"), (&acme, "sum.two"), (&gone, "sum.one"), (&globex, "sum.one")]
    {
        world.publish(tenant, event_type, &[]).await;
    }
    store.delete_tenant(&gone).await.unwrap();
    let all = store.all_publications(world.now().before(DAY), ALL).await.unwrap();
    let sums: Vec<_> = all.iter().filter(|one| one.event_type.as_str().starts_with("sum.")).collect();
    assert_eq!(sums.iter().map(|one| one.published).collect::<Vec<_>>(), [3, 1]);
    assert_eq!(sums[0].last_at.millis(), world.now().millis());
    let types = |list: Vec<Publication>| list.into_iter().map(|one| one.event_type.to_string()).collect::<Vec<_>>();
    assert_eq!(types(of(&world, &acme).await), ["sum.one", "sum.two"]);
    assert_eq!(types(of(&world, &globex).await), ["sum.one"]);
    assert!(of(&world, &gone).await.is_empty());
}

pub async fn counts_outlive_their_events_until_they_are_tidied(store: &dyn Store) {
    // Long before all other cases, because counts are removed for all tenants.
    let world = World::at(store, "publications.old", Timestamp::from_millis(1_000_000_000_000));
    let tenant = world.tenant("acme").await;
    let old = world.publish(&tenant, "a.b", &[]).await.event.id.made_at();
    world.advance(DAY);
    let young = world.publish(&tenant, "a.b", &[]).await.event.id.made_at();
    store.remove_before(&tenant, world.tick(), None, 100).await.unwrap();
    let counts = async || store.publications(&tenant, old, ALL).await.unwrap();
    assert_eq!(counts().await, [counted("a.b", 2, 0, young)]);
    store.tidy_publications(old).await.unwrap();
    assert_eq!(counts().await, [counted("a.b", 2, 0, young)]);
    store.tidy_publications(young).await.unwrap();
    assert_eq!(counts().await, [counted("a.b", 1, 0, young)]);
    store.tidy_publications(young.after(DAY)).await.unwrap();
    assert_eq!(counts().await, []);
}

pub async fn counts_are_transferred_to_another_store(store: &dyn Store) {
    let world = World::new(store, "publications.transfer");
    let tenant = world.tenant("acme").await;
    world.publish(&tenant, "a.b", &[]).await;
    world.advance(DAY);
    for event_type in ["c.d", "a.b", "a.b"] {
        world.publish(&tenant, event_type, &[]).await;
    }
    let (sums, days) = (of(&world, &tenant).await, store.read_publications(&tenant).await.unwrap());
    let today = day_of(world.now());
    let by_day: Vec<_> = days.iter().map(|(day, one)| (*day, one.event_type.as_str(), one.published)).collect();
    assert_eq!(by_day, [(today - 1, "a.b", 1), (today, "a.b", 2), (today, "c.d", 1)]);
    store.delete_tenant(&tenant).await.unwrap();
    assert_eq!(store.read_publications(&tenant).await.unwrap(), []);
    store.write_publications(&tenant, days.clone()).await.unwrap();
    world.tenant("acme").await;
    assert_eq!(store.read_publications(&tenant).await.unwrap(), [], "not for a tenant that does not exist");
    // Twice: an interrupted transfer starts again from the beginning.
    for _ in 0..2 {
        store.write_publications(&tenant, days.clone()).await.unwrap();
    }
    assert_eq!(store.read_publications(&tenant).await.unwrap(), days);
    assert_eq!(of(&world, &tenant).await, sums);
    // Later events add to the transferred counts.
    world.publish(&tenant, "c.d", &[]).await;
    assert_eq!(of(&world, &tenant).await.iter().map(|one| one.published).collect::<Vec<_>>(), [3, 2]);
}
