//! Replays and cancellations on several nodes.

use super::{Cluster, member, shared};
use crate::{
    CancelFilter, Change, InsertReplay, NodeRole, ReplayStep, ReplayStepped, Store,
    conformance::fixtures::{World, patterns},
};
use model::{
    DeliveryStatus::{Failed, Pending},
    Queue, Replay, ReplaySelection, ReplayState, SubscriptionId, TenantId,
};
use std::{sync::Arc, time::Duration};

async fn begin(world: &World<'_>, tenant: &TenantId, of: SubscriptionId, missed: bool) -> Replay {
    let now = world.tick();
    let statuses = if missed { Vec::new() } else { ReplaySelection::STATUSES.to_vec() };
    let missed = if missed { patterns(&["*"]) } else { Vec::new() };
    let selection = ReplaySelection { statuses, event_types: Vec::new(), missed, after: None, before: now };
    let replay = Replay {
        id: world.ids.replay(now),
        tenant: tenant.clone(),
        subscription: of,
        position: selection.begin(),
        selection,
        rate: None,
        state: ReplayState::Running,
        reason: None,
        found: 0,
        is_found_capped: false,
        queued: 0,
        skipped: 0,
        created_at: now,
        updated_at: now,
        ended_at: None,
    };
    assert_eq!(world.store.insert_replay(&replay, 100).await.unwrap(), InsertReplay::Done);
    replay
}

async fn step(store: &Arc<dyn Store>, of: &Replay, rows: usize) -> ReplayStepped {
    let now = of.created_at.after(Duration::from_secs(60));
    store.step_replay(&of.tenant, of.id, ReplayStep { rows, waiting_max: 1_000, now }, None).await.unwrap()
}

fn queued(stepped: &ReplayStepped) -> u32 {
    match stepped {
        ReplayStepped::Done { queued, .. } => *queued,
        other => panic!("{other:?}"),
    }
}

pub async fn one_node_at_a_time_makes_the_steps_of_a_replay(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    let world = World::new(&*one, "shared.replays");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    let mut ids = Vec::new();
    for _ in 0..6 {
        let made = world.publish(&tenant, "a.b", &[of]).await.deliveries[0];
        world.attempted(&tenant, made, 1, Failed).await;
        ids.push(made.id);
    }
    let replay = begin(&world, &tenant, of, false).await;
    assert_eq!(queued(&step(&two, &replay, 2).await), 2);
    assert_eq!(step(&one, &replay, 2).await, ReplayStepped::Leased);
    assert_eq!(queued(&step(&two, &replay, 1).await), 1);
    let now = world.tick();
    let owned = async |store: &Arc<dyn Store>| {
        let due = store.due(&tenant, of, Queue::Replay, now, 10, &[]).await.unwrap();
        due.deliveries.iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!((owned(&one).await, owned(&two).await), (vec![], ids[..3].to_vec()), "the node of the step owns them");
    // Another node continues at once when the first has left.
    shared(&two).leave().await.unwrap();
    assert_eq!(queued(&step(&one, &replay, 10).await), 3);
    assert_eq!(owned(&one).await, ids[3..]);
}

pub async fn replays_on_two_nodes_at_once_add_each_event_once(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    let world = World::new(&*one, "shared.replays.once");
    let tenant = world.tenant("acme").await;
    let (of, other) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let mut events = Vec::new();
    for _ in 0..60 {
        events.push(world.publish(&tenant, "a.b", &[]).await.event.id);
    }
    // Two replays of one subscription and one of another, at the same time.
    let (first, second) = (begin(&world, &tenant, of, true).await, begin(&world, &tenant, of, true).await);
    let third = begin(&world, &tenant, other, true).await;
    let all = async |store: &Arc<dyn Store>, replay: &Replay| {
        loop {
            if let ReplayStepped::Done { replay, .. } = step(store, replay, 7).await
                && replay.state == ReplayState::Completed
            {
                return replay.queued;
            }
        }
    };
    let (a, (b, c)) = futures_util::future::join(
        all(&one, &first),
        futures_util::future::join(all(&two, &second), all(&two, &third)),
    )
    .await;
    assert_eq!((a + b, c), (60, 60));
    for event in events {
        let made = one.event_deliveries(&tenant, event).await.unwrap();
        let numbers: Vec<u16> = made.iter().map(|one| one.id.number()).collect();
        assert_eq!(numbers, [1, 2]);
        assert_ne!(made[0].subscription, made[1].subscription);
        assert!(made.iter().all(|one| one.status == Pending));
    }
}

pub async fn other_nodes_learn_of_cancelled_deliveries(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    let world = World::new(&*one, "shared.cancels");
    let tenant = world.tenant("acme").await;
    let (of, other) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let made = world.publish(&tenant, "a.b", &[of, of, other]).await.deliveries;
    let revision = one.subscription(&tenant, of).await.unwrap().unwrap().revision;
    let since = shared(&two).version().await.unwrap();
    one.cancel_delivery(&tenant, made[0].id, world.tick()).await.unwrap();
    let changed = [Change::Cancelled(tenant.clone(), of)];
    assert_eq!(shared(&two).changes(since).await.unwrap().list.as_deref(), Some(&changed[..]));
    assert_eq!(one.subscription(&tenant, of).await.unwrap().unwrap().revision, revision);

    let since = shared(&two).version().await.unwrap();
    let filter = CancelFilter {
        subscription: None,
        event_types: Vec::new(),
        statuses: vec![Pending],
        after: None,
        before: world.tick(),
    };
    assert_eq!(two.cancel_deliveries(&tenant, &filter, None, 10, world.tick()).await.unwrap().cancelled, 2);
    let list = shared(&one).changes(since).await.unwrap().list.unwrap();
    assert_eq!(list.len(), 2, "{list:?}");
    assert!(list.contains(&changed[0]));
    let since = shared(&two).version().await.unwrap();
    two.cancel_deliveries(&tenant, &filter, None, 10, world.tick()).await.unwrap();
    assert_eq!(shared(&one).changes(since).await.unwrap().list.unwrap(), [], "nothing was cancelled");
}
