//! The steps of replays: which deliveries they count and queue.

use super::fixtures::{World, begin, delivery_in, due, failed, listed, patterns, run, step, waiting};
use crate::{CancelFilter, ReplayCount, ReplaySample, ReplayStepped, Store};
use model::{
    DeliveryId,
    DeliveryStatus::{self, Cancelled, Delivered, Disabled, Exhausted, Failed, Pending, Retrying},
    ReplaySelection, ReplayState, Timestamp,
};
use std::time::Duration;

pub async fn a_replay_queues_each_selected_delivery_once(store: &dyn Store) {
    let world = World::new(store, "replays.once");
    let tenant = world.tenant("acme").await;
    let (of, other) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let mut ids = Vec::new();
    for _ in 0..3 {
        for status in [Failed, Delivered, Exhausted, Disabled, Retrying, Cancelled, Pending] {
            let id = delivery_in(&world, &tenant, of, "a.b", status).await;
            ids.extend((status != Delivered && status != Retrying && status != Pending).then_some(id));
            delivery_in(&world, &tenant, other, "a.b", status).await;
        }
    }
    let others = listed(&world, &tenant, Some(other)).await;
    let one = begin(&world, &tenant, of, failed(&world)).await;
    // Failed after the replay began.
    delivery_in(&world, &tenant, of, "a.b", Failed).await;
    let before = listed(&world, &tenant, Some(of)).await;
    let (done, each) = run(&world, &one, 5).await;
    assert_eq!((each.iter().sum::<u32>(), done.queued, done.skipped), (12, 12, 0), "{each:?}");
    assert_eq!((each[0], each[1]), (5, 5), "in steps");
    assert_eq!(waiting(&world, &tenant, of).await, ids, "oldest first");
    let after = listed(&world, &tenant, Some(of)).await;
    for (old, new) in before.iter().zip(&after) {
        assert_eq!(old.id, new.id);
        if ids.contains(&old.id) {
            let expected = (Pending, old.attempts, old.attempts, Some(old.id.made_at()));
            assert_eq!((new.status, new.attempts, new.earlier_attempts, new.next_attempt_at), expected);
        } else {
            assert_eq!(old, new);
        }
    }
    assert_eq!(listed(&world, &tenant, Some(other)).await, others);

    // A delivery that fails again is behind the position of this replay, and is selected by the next one.
    let of_first = crate::NewDelivery { id: ids[0], subscription: of, order: None };
    world.attempted(&tenant, of_first, 2, Failed).await;
    assert_eq!(step(&world, &one, 5, 100).await, ReplayStepped::NotRunning);
    let next = begin(&world, &tenant, of, failed(&world)).await;
    assert_eq!(run(&world, &next, 5).await.0.queued, 2);
}

pub async fn a_replay_is_narrowed_by_status_type_and_time(store: &dyn Store) {
    let world = World::new(store, "replays.narrow");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    let types = ["invoice.paid", "invoice.sent", "order.paid"];
    let statuses = [Failed, Exhausted, Delivered, Retrying];
    let mut made = Vec::new();
    for at in 0..24 {
        let (event_type, status) = (types[at % 3], statuses[at % 4]);
        made.push((delivery_in(&world, &tenant, of, event_type, status).await, event_type, status));
    }
    let now = world.tick();
    let (after, before) = (made[5].0.made_at(), made[20].0.made_at());
    let mut selections = Vec::new();
    for statuses in [&[Failed][..], &[Delivered], &[Retrying], &[Failed, Exhausted], &statuses] {
        for types in [&[][..], &["invoice.*"], &["invoice.paid", "order.paid"], &["*"]] {
            for (after, before) in [(None, now), (Some(after), before)] {
                let (statuses, event_types, missed) = (statuses.to_vec(), patterns(types), Vec::new());
                selections.push(ReplaySelection { statuses, event_types, missed, after, before });
            }
        }
    }
    for selection in selections {
        let fits = |(id, event_type, status): &&(DeliveryId, &str, DeliveryStatus)| {
            selection.has_delivery(*id, *status, Some(event_type))
                && selection.after.is_none_or(|after| id.made_at() >= after)
                && id.made_at() < selection.before
        };
        let ids: Vec<_> = made.iter().filter(fits).map(|one| one.0).collect();
        let counted = store.count_replay(&tenant, of, &selection, (100, 3), None).await.unwrap();
        let sample = ids.iter().take(3).map(|id| ReplaySample::Delivery(*id)).collect();
        let expected = ReplayCount { deliveries: ids.len() as u32, missed: 0, is_capped: false, sample };
        assert_eq!(counted, expected, "{selection:?}");
    }
    // Every kind of delivery is queued: only the state of a delivered or retrying one must be named.
    let selection = ReplaySelection { statuses: statuses.to_vec(), ..failed(&world) };
    let one = begin(&world, &tenant, of, selection).await;
    assert_eq!(run(&world, &one, 7).await.0.queued, 24);
    assert_eq!(waiting(&world, &tenant, of).await.len(), 24);
}

pub async fn a_count_of_a_replay_is_bounded(store: &dyn Store) {
    let world = World::new(store, "replays.count");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    for _ in 0..5 {
        delivery_in(&world, &tenant, of, "a.b", Failed).await;
        world.publish(&tenant, "a.b", &[]).await;
    }
    let both = ReplaySelection { missed: patterns(&["*"]), ..failed(&world) };
    let counted = async |most| {
        let counted = store.count_replay(&tenant, of, &both, (most, 0), None).await.unwrap();
        (counted.deliveries, counted.missed, counted.is_capped)
    };
    assert_eq!(counted(3).await, (3, 0, true));
    assert_eq!(counted(1_000).await, (5, 5, false));
    // Ten events are read, of which five have a delivery.
    assert_eq!(counted(5 + 4).await, (5, 2, true));
    let nothing = ReplaySelection { before: Timestamp::from_millis(1), ..both.clone() };
    let counted = store.count_replay(&tenant, of, &nothing, (10, 1), None).await.unwrap();
    assert_eq!(counted, ReplayCount::default());
}

pub async fn events_without_their_payload_are_not_replayed(store: &dyn Store) {
    let world = World::new(store, "replays.erased");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    let (kept, erased) =
        (delivery_in(&world, &tenant, of, "a.b", Failed).await, delivery_in(&world, &tenant, of, "a.b", Failed).await);
    let missed_events = [(); 2].map(|()| world.event(&tenant, "a.b", &[]));
    world.append(&tenant, missed_events.to_vec()).await;
    let both = ReplaySelection { missed: patterns(&["*"]), ..failed(&world) };
    for event in [erased.event(), missed_events[0].event.id] {
        store.erase_payload(&tenant, event, None, 100, world.tick()).await.unwrap();
    }
    let counted = store.count_replay(&tenant, of, &both, (100, 0), None).await.unwrap();
    assert_eq!(counted.missed, 1);
    let one = begin(&world, &tenant, of, both).await;
    let (done, _) = run(&world, &one, 10).await;
    assert_eq!((done.queued, done.skipped), (2, 1));
    assert_eq!(waiting(&world, &tenant, of).await, [kept, missed_events[1].event.id.delivery(1).unwrap()]);
    assert_eq!(world.delivery(&tenant, erased).await.status, Failed);
}

pub async fn nothing_is_queued_while_many_replays_wait(store: &dyn Store) {
    let world = World::new(store, "replays.full");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    for _ in 0..6 {
        delivery_in(&world, &tenant, of, "a.b", Failed).await;
    }
    let one = begin(&world, &tenant, of, failed(&world)).await;
    let queued = async || match step(&world, &one, 10, 4).await {
        ReplayStepped::Done { queued, is_full, replay, .. } => (queued, is_full, replay.state),
        other => panic!("{other:?}"),
    };
    assert_eq!(queued().await, (4, false, ReplayState::Running));
    assert_eq!(queued().await, (0, true, ReplayState::Running));
    let sent = waiting(&world, &tenant, of).await[0];
    world.attempted(&tenant, crate::NewDelivery { id: sent, subscription: of, order: None }, 2, Delivered).await;
    assert_eq!(queued().await, (1, false, ReplayState::Running));
    assert_eq!(queued().await, (0, true, ReplayState::Running));
    for id in waiting(&world, &tenant, of).await {
        world.attempted(&tenant, crate::NewDelivery { id, subscription: of, order: None }, 2, Delivered).await;
    }
    assert_eq!(queued().await, (1, false, ReplayState::Completed));
}

pub async fn a_delivery_that_changes_meanwhile_is_left_alone(store: &dyn Store) {
    let world = World::new(store, "replays.changed");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    let (first, second) =
        (delivery_in(&world, &tenant, of, "a.b", Failed).await, delivery_in(&world, &tenant, of, "a.b", Failed).await);
    let one = begin(&world, &tenant, of, failed(&world)).await;
    // Sent again by hand before the replay gets there.
    store.retry_delivery(&tenant, second, crate::RetryOf::Undelivered, world.tick()).await.unwrap();
    world.attempted(&tenant, crate::NewDelivery { id: second, subscription: of, order: None }, 2, Delivered).await;
    let (done, _) = run(&world, &one, 10).await;
    assert_eq!(done.queued, 1);
    assert_eq!(waiting(&world, &tenant, of).await, [first]);
    assert_eq!(world.delivery(&tenant, second).await.status, Delivered);
}

pub async fn nothing_is_queued_for_a_deleted_subscription(store: &dyn Store) {
    let world = World::new(store, "replays.deleted");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    let id = delivery_in(&world, &tenant, of, "a.b", Failed).await;
    let event = world.publish(&tenant, "a.b", &[]).await.event.id;
    let both = ReplaySelection { missed: patterns(&["*"]), ..failed(&world) };
    let one = begin(&world, &tenant, of, both).await;
    store.delete_subscription(&tenant, of, world.tick()).await.unwrap();
    assert_eq!(step(&world, &one, 10, 100).await, ReplayStepped::NotRunning);
    assert_eq!(world.delivery(&tenant, id).await.status, Failed);
    assert_eq!(store.event_deliveries(&tenant, event).await.unwrap(), []);
    assert_eq!(store.replay(&tenant, one.id).await.unwrap().map(|one| one.queued), Some(0));
}

pub async fn a_replayed_delivery_can_be_cancelled(store: &dyn Store) {
    let world = World::new(store, "replays.cancelled");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    let id = delivery_in(&world, &tenant, of, "a.b", Failed).await;
    let one = begin(&world, &tenant, of, failed(&world)).await;
    run(&world, &one, 10).await;
    let filter = CancelFilter {
        subscription: Some(of),
        event_types: Vec::new(),
        statuses: vec![Pending],
        after: None,
        before: world.now().after(Duration::from_secs(1)),
    };
    let stepped = store.cancel_deliveries(&tenant, &filter, None, 10, world.tick()).await.unwrap();
    assert_eq!(stepped.cancelled, 1);
    assert_eq!(world.delivery(&tenant, id).await.status, Cancelled);
    assert_eq!(due(store, &tenant, of, world.tick(), 10, &[]).await.deliveries, []);
}
