//! Replays: their rows, their states, and which tenant sees them.

use super::fixtures::{World, begin, delivery_in, failed, missed, patterns, replay, run, step, waiting};
use crate::{InsertReplay, Page, REPLAYS_KEPT, ReplayChange, ReplayCount, ReplayStep, ReplayStepped, Store};
use model::{
    DeliveryStatus::{Delivered, Failed, Retrying},
    Replay, ReplayPosition, ReplaySelection, ReplayState,
};

pub async fn a_replay_is_kept_whole(store: &dyn Store) {
    let world = World::new(store, "replays.whole");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    let event = world.ids.event(world.tick());
    let full = Replay {
        selection: ReplaySelection {
            statuses: vec![Delivered, Retrying, Failed],
            event_types: patterns(&["invoice.*", "order.paid"]),
            missed: patterns(&["*"]),
            after: Some(world.now()),
            before: world.tick(),
        },
        rate: Some(70_000),
        state: ReplayState::Paused,
        reason: Some("the subscription is paused: ü".into()),
        found: 5_000_000_000,
        is_found_capped: true,
        queued: 4_000_000_000,
        skipped: 3,
        position: ReplayPosition::Deliveries(event.delivery(9)),
        ..replay(&world, &tenant, of, failed(&world))
    };
    let missed = Replay {
        position: ReplayPosition::Missed(Some(event)),
        ended_at: Some(world.now()),
        state: ReplayState::Failed,
        ..replay(&world, &tenant, of, missed(&world))
    };
    for one in [full, missed, replay(&world, &tenant, of, failed(&world))] {
        assert_eq!(store.insert_replay(&one, 100).await.unwrap(), InsertReplay::Done);
        assert_eq!(store.replay(&tenant, one.id).await.unwrap(), Some(one));
    }
    assert_eq!(store.replay(&tenant, world.ids.replay(world.tick())).await.unwrap(), None);
}

pub async fn replays_are_listed_newest_first(store: &dyn Store) {
    let world = World::new(store, "replays.list");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    let mut all = Vec::new();
    for _ in 0..5 {
        all.insert(0, begin(&world, &tenant, of, failed(&world)).await);
    }
    let listed = async |limit, offset, cursor: Option<&Replay>| {
        let page = Page { limit, offset, cursor: cursor.map(|one| one.id) };
        store.replays(&tenant, page).await.unwrap()
    };
    assert_eq!(listed(10, 0, None).await, all);
    assert_eq!(listed(2, 0, None).await, all[..2]);
    assert_eq!(listed(2, 1, None).await, all[1..3]);
    assert_eq!(listed(2, 0, Some(&all[1])).await, all[2..4]);
    assert_eq!(listed(2, 1, Some(&all[1])).await, all[3..5]);
    assert_eq!(listed(2, 0, Some(&all[4])).await, []);
    let running = store.running_replays().await.unwrap();
    assert!(all.iter().all(|one| running.contains(one)));
}

pub async fn a_tenant_has_a_maximum_of_open_replays(store: &dyn Store) {
    let world = World::new(store, "replays.most");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    let first = begin(&world, &tenant, of, failed(&world)).await;
    begin(&world, &tenant, of, failed(&world)).await;
    let more = replay(&world, &tenant, of, failed(&world));
    assert_eq!(store.insert_replay(&more, 2).await.unwrap(), InsertReplay::TooMany);
    assert_eq!(store.replay(&tenant, more.id).await.unwrap(), None);
    let state = ReplayState::Cancelled;
    store.set_replay_state(&tenant, first.id, state, None, world.tick()).await.unwrap();
    assert_eq!(store.insert_replay(&more, 2).await.unwrap(), InsertReplay::Done);
    let nobody = replay(&world, &world.id("nobody"), of, failed(&world));
    assert_eq!(store.insert_replay(&nobody, 2).await.unwrap(), InsertReplay::NoTenant);
    // The ended one is removed when another one begins long after.
    world.advance(REPLAYS_KEPT);
    begin(&world, &tenant, of, failed(&world)).await;
    assert_eq!(store.replay(&tenant, first.id).await.unwrap(), None);
    assert!(store.replay(&tenant, more.id).await.unwrap().is_some());
}

pub async fn an_ended_replay_keeps_its_state(store: &dyn Store) {
    use ReplayState::{Completed, Paused, Running};
    let world = World::new(store, "replays.states");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    delivery_in(&world, &tenant, of, "a.b", Failed).await;
    let one = begin(&world, &tenant, of, failed(&world)).await;
    let set = async |to, reason: Option<&str>| {
        let now = world.tick();
        (store.set_replay_state(&tenant, one.id, to, reason, now).await.unwrap(), now)
    };
    let (change, now) = set(Paused, Some("because")).await;
    let paused = Replay { state: Paused, reason: Some("because".into()), updated_at: now, ..one.clone() };
    assert_eq!(change, ReplayChange::Done(Box::new(paused.clone())));
    assert_eq!(store.replay(&tenant, one.id).await.unwrap(), Some(paused.clone()));
    assert_eq!(set(Paused, None).await.0, ReplayChange::Done(Box::new(paused)), "unchanged");
    assert!(!store.running_replays().await.unwrap().iter().any(|running| running.id == one.id));
    assert_eq!(step(&world, &one, 10, 10).await, ReplayStepped::NotRunning);
    assert_eq!(waiting(&world, &tenant, of).await, []);

    let (change, now) = set(Running, None).await;
    let running = Replay { updated_at: now, ..one.clone() };
    assert_eq!(change, ReplayChange::Done(Box::new(running)));
    let (ended, _) = run(&world, &one, 10).await;
    assert_eq!((ended.state, ended.ended_at), (Completed, Some(ended.updated_at)));
    for to in ReplayState::ALL.into_iter().filter(|to| *to != Completed) {
        assert_eq!(set(to, None).await.0, ReplayChange::Ended(Completed), "{to:?}");
    }
    assert_eq!(store.replay(&tenant, one.id).await.unwrap(), Some(ended));
    assert_eq!(step(&world, &one, 10, 10).await, ReplayStepped::NotRunning);
    let never = world.ids.replay(world.tick());
    let change = store.set_replay_state(&tenant, never, Paused, None, world.tick()).await.unwrap();
    assert_eq!(change, ReplayChange::Missing);
}

pub async fn replays_of_other_tenants_are_not_found(store: &dyn Store) {
    let world = World::new(store, "replays.isolation");
    let (owner, stranger) = (world.tenant("owner").await, world.tenant("stranger").await);
    let of = world.subscribe(&owner).await.id;
    delivery_in(&world, &owner, of, "a.b", Failed).await;
    let one = begin(&world, &owner, of, failed(&world)).await;
    assert_eq!(store.replay(&stranger, one.id).await.unwrap(), None);
    assert_eq!(store.replays(&stranger, Page::first(10)).await.unwrap(), []);
    let change = store.set_replay_state(&stranger, one.id, ReplayState::Cancelled, None, world.tick()).await.unwrap();
    assert_eq!(change, ReplayChange::Missing);
    let step = ReplayStep { rows: 10, waiting_max: 10, now: world.tick() };
    assert_eq!(store.step_replay(&stranger, one.id, step, None).await.unwrap(), ReplayStepped::NotRunning);
    let both = ReplaySelection { missed: patterns(&["*"]), ..failed(&world) };
    let counted = store.count_replay(&stranger, of, &both, (10, 10), None).await.unwrap();
    assert_eq!(counted, ReplayCount::default());
    assert_eq!(store.replay(&owner, one.id).await.unwrap(), Some(one));
    // A deleted tenant's replays are gone, and never run.
    store.delete_tenant(&owner).await.unwrap();
    assert!(!store.running_replays().await.unwrap().iter().any(|one| one.tenant == owner));
    world.tenant("owner").await;
    assert_eq!(store.replays(&owner, Page::first(10)).await.unwrap(), []);
}
