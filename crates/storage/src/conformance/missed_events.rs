//! Replays of missed events: deliveries that are added to old events.

use super::fixtures::{World, append, begin, listed, missed, patterns, run, step, waiting};
use crate::{
    Appended, DeliveryFilter, Done, ListScope::Tenant, Page, ReplayCount, ReplaySample, ReplayStep, ReplayStepped,
    Store, Wants,
};
use model::{
    DeliveryStatus::{Delivered, Pending},
    EventId, Queue, ReplaySelection, ReplayState,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

pub async fn missed_events_get_a_delivery_once(store: &dyn Store) {
    let world = World::new(store, "replays.missed");
    let tenant = world.tenant("acme").await;
    let (of, other) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let mut expected = Vec::new();
    for (event_type, to) in [
        ("invoice.paid", &[other][..]),
        ("invoice.paid", &[]),
        ("order.paid", &[other, other]),
        ("invoice.sent", &[of]),
        ("invoice.sent", &[other, of]),
        ("invoice.sent", &[other, other]),
    ] {
        let made = world.publish(&tenant, event_type, to).await;
        if event_type != "order.paid" && !to.contains(&of) {
            expected.push(made.event.id.delivery(to.len() + 1).unwrap());
        }
    }
    // A test's event belongs to its subscription alone.
    let mut test = world.event(&tenant, "invoice.paid", &[other]);
    test.deliveries[0].id = test.event.id.test_delivery();
    world.append(&tenant, vec![test]).await;
    let selection = ReplaySelection { missed: patterns(&["invoice.*"]), ..missed(&world) };
    let later = world.publish(&tenant, "invoice.paid", &[other]).await;
    let counted = store.count_replay(&tenant, of, &selection, (100, 2), None).await.unwrap();
    let sample = expected[..2].iter().map(|id| ReplaySample::Missed(id.event())).collect();
    assert_eq!(counted, ReplayCount { deliveries: 0, missed: 3, is_capped: false, sample });

    let before = listed(&world, &tenant, None).await;
    let one = begin(&world, &tenant, of, selection).await;
    let (done, each) = run(&world, &one, 2).await;
    assert_eq!((done.queued, done.skipped, each.iter().sum::<u32>()), (3, 0, 3));
    assert_eq!(waiting(&world, &tenant, of).await, expected);
    for id in &expected {
        let made = world.delivery(&tenant, *id).await;
        assert_eq!((made.subscription, made.status, made.attempts), (of, Pending, 0));
        assert_eq!(made.next_attempt_at, Some(id.made_at()), "due since its event");
        let event = store.event(&tenant, id.event()).await.unwrap().unwrap();
        assert_eq!((event.deliveries, made.event_type), (u32::from(id.number()), event.event_type));
        assert_eq!(store.event_deliveries(&tenant, id.event()).await.unwrap().len() as u32, event.deliveries);
    }
    let mut all = before;
    for id in &expected {
        all.push(world.delivery(&tenant, *id).await);
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.id));
    assert_eq!(listed(&world, &tenant, None).await, all);
    let by_type = DeliveryFilter { event_type: Some(model::EventType::trusted("invoice.paid")), ..Default::default() };
    let count = all.iter().filter(|one| one.event_type.as_str() == "invoice.paid").count();
    assert_eq!(store.deliveries(Tenant(&tenant), &by_type, super::fixtures::all()).await.unwrap().rows.len(), count);

    // Nothing is missed now, but what was published since then.
    let again = begin(&world, &tenant, of, missed(&world)).await;
    let (done, _) = run(&world, &again, 10).await;
    assert_eq!(done.queued, 2, "the order, and the later event");
    assert_eq!(store.event(&tenant, later.event.id).await.unwrap().unwrap().deliveries, 2);
    // New deliveries have outcomes like all others.
    let sent = crate::NewDelivery { id: expected[0], subscription: of, order: None };
    world.attempted(&tenant, sent, 1, Delivered).await;
    assert_eq!(world.delivery(&tenant, expected[0]).await.status, Delivered);
    let stats = store.subscription(&tenant, of).await.unwrap().unwrap().stats;
    assert_eq!(stats.success_count, 1);
}

pub async fn a_missed_event_for_a_later_time_is_delayed(store: &dyn Store) {
    let world = World::new(store, "replays.delayed");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    let (soon, late) = (Duration::from_secs(10), Duration::from_secs(3_600));
    let mut ids = Vec::new();
    for wait in [soon, late, Duration::from_secs(7_200)] {
        let mut event = world.event(&tenant, "a.b", &[]);
        let at = event.event.id.made_at().after(wait);
        Arc::make_mut(&mut event.event).deliver_at = Some(at);
        ids.push((event.event.id.delivery(1).unwrap(), at));
        world.append(&tenant, vec![event]).await;
    }
    world.advance(Duration::from_secs(60));
    let one = begin(&world, &tenant, of, missed(&world)).await;
    let ReplayStepped::Done { queued: 3, delayed, .. } = step(&world, &one, 10, 100).await else { panic!("no step") };
    assert_eq!(delayed, Some(ids[1].1));
    assert_eq!(waiting(&world, &tenant, of).await, [ids[0].0], "its time has passed");
    let due = store.due(&tenant, of, Queue::Delayed, world.now(), 10, &[]).await.unwrap();
    assert_eq!((due.deliveries.len(), due.next), (0, Some(ids[1].1)));
    let listed = listed(&world, &tenant, Some(of)).await;
    assert!(listed.iter().all(|one| one.status == Pending));
    assert_eq!(
        listed.iter().map(|one| one.next_attempt_at.unwrap()).collect::<Vec<_>>(),
        [ids[2].1, ids[1].1, ids[0].0.made_at()]
    );
}

pub async fn numbers_of_added_deliveries_are_never_used_twice(store: &dyn Store) {
    let world = World::new(store, "replays.numbers");
    let tenant = world.tenant("acme").await;
    let first = world.subscribe(&tenant).await.id;
    let mut events = Vec::new();
    for _ in 0..20 {
        events.push(world.publish(&tenant, "a.b", &[first]).await.event.id);
    }
    // The steps of several replays alternate.
    let mut replays = Vec::new();
    for _ in 0..3 {
        let to = world.subscribe(&tenant).await.id;
        replays.push(begin(&world, &tenant, to, missed(&world)).await);
    }
    for rows in [3, 7, 20, 20] {
        for one in &replays {
            step(&world, one, rows, 1_000).await;
        }
    }
    for event in events {
        let made = store.event_deliveries(&tenant, event).await.unwrap();
        let numbers: Vec<u16> = made.iter().map(|one| one.id.number()).collect();
        assert_eq!(numbers, [1, 2, 3, 4]);
        let subscriptions: BTreeSet<_> = made.iter().map(|one| one.subscription.to_string()).collect();
        assert_eq!(subscriptions.len(), 4);
    }
}

pub async fn an_event_with_the_maximum_of_deliveries_is_skipped(store: &dyn Store) {
    let world = World::new(store, "replays.maximum");
    let tenant = world.tenant("acme").await;
    let (of, other) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let mut full = world.event(&tenant, "a.b", &[other]);
    let last = full.event.id.delivery(EventId::MAX_DELIVERIES).unwrap();
    full.deliveries[0].id = last;
    Arc::make_mut(&mut full.event).deliveries = EventId::MAX_DELIVERIES as u32;
    assert_eq!(world.append(&tenant, vec![full]).await, Done::Appended(vec![Appended::New]));
    world.publish(&tenant, "a.b", &[other]).await;
    let one = begin(&world, &tenant, of, missed(&world)).await;
    let (done, _) = run(&world, &one, 10).await;
    assert_eq!((done.queued, done.skipped, done.state), (1, 1, ReplayState::Completed));
}

pub async fn pages_are_exact_after_deliveries_of_old_events_were_added(store: &dyn Store) {
    let world = World::new(store, "replays.pages");
    let tenant = world.tenant("acme").await;
    let (of, other) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    for _ in 0..9 {
        let to = |at| [other, of].into_iter().take(if at % 3 == 0 { 2 } else { 1 }).collect::<Vec<_>>();
        let events = (0..700).map(|at| world.event(&tenant, "a.b", &to(at)));
        world.commit(vec![append(&tenant, events.collect())]).await;
    }
    let one = begin(&world, &tenant, of, missed(&world)).await;
    let (done, _) = run(&world, &one, 1_000).await;
    assert_eq!(done.queued, 9 * 466);
    // Some more, so that marks behind the added rows are used.
    for _ in 0..4 {
        let events = (0..700).map(|_| world.event(&tenant, "a.b", &[of]));
        world.commit(vec![append(&tenant, events.collect())]).await;
    }
    for subscription in [None, Some(of), Some(other)] {
        let ids: Vec<_> = listed(&world, &tenant, subscription).await.iter().map(|one| one.id).collect();
        assert!(ids.is_sorted_by(|a, b| a > b));
        let filter = DeliveryFilter { subscription, ..DeliveryFilter::default() };
        for offset in [1, 2_047, 2_900, 4_300, 6_000, 6_299, 9_000] {
            let page = Page { limit: 3, offset: offset as u32, cursor: None };
            let rows = store.deliveries(Tenant(&tenant), &filter, page).await.unwrap().rows;
            let rows: Vec<_> = rows.iter().map(|one| one.id).collect();
            assert_eq!(rows, ids.iter().skip(offset).take(3).copied().collect::<Vec<_>>(), "{offset}");
        }
    }
}

pub async fn only_wanted_events_are_replayed(store: &dyn Store) {
    let world = World::new(store, "replays.wanted");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    let mut expected = Vec::new();
    for number in 0..7 {
        let event_type = if number % 3 == 0 { "invoice.paid" } else { "invoice.sent" };
        let made = world.publish(&tenant, event_type, &[]).await;
        if number % 3 == 0 {
            expected.push(made.event.id.delivery(1).unwrap());
        }
    }
    let wants = Wants(Arc::new(|event| event.event_type.as_str() == "invoice.paid" && !event.data.is_empty()));
    let counted = store.count_replay(&tenant, of, &missed(&world), (100, 1), Some(&wants)).await.unwrap();
    let sample = vec![ReplaySample::Missed(expected[0].event())];
    assert_eq!(counted, ReplayCount { deliveries: 0, missed: 3, is_capped: false, sample });

    let one = begin(&world, &tenant, of, missed(&world)).await;
    let mut queued = 0;
    for _ in 0..10 {
        let step = ReplayStep { rows: 2, waiting_max: 1_000, now: world.tick() };
        match store.step_replay(&tenant, one.id, step, Some(&wants)).await.unwrap() {
            ReplayStepped::Done { queued: more, replay, .. } => {
                queued += more;
                if replay.state == ReplayState::Completed {
                    break;
                }
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((queued, waiting(&world, &tenant, of).await), (3, expected));
}
