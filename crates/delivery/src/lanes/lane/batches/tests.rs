//! Tests of batches.

use super::*;
use crate::{
    lanes::scheduler::tests::{job, target},
    numbers::TenantNumber,
    target::Target,
};
use model::{Queue, Subscription, policy::OpenBreaker, shape::BatchFormat};
use std::{sync::Arc, time::Duration};

fn batching(max_events: i64, max_wait_ms: i64) -> Arc<Target> {
    let mut subscription: Subscription = target("t", 1).subscription.clone();
    subscription.policies.shape.batching = Batching::try_new(max_events, max_wait_ms, BatchFormat::Json).ok();
    Target::new(subscription)
}

fn lane(target: Arc<Target>, sizes: &[usize]) -> Lane {
    let mut lane = Lane::new(target, TenantNumber(0), &Default::default(), false);
    for (number, size) in (1..).zip(sizes) {
        lane.push(Job { due_at: at(number.into()), ..job(number, Queue::Normal, *size) });
    }
    lane
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn taken(lane: &mut Lane) -> usize {
    lane.take().map_or(0, |(_, more)| 1 + more.len())
}

#[test]
fn a_lane_without_batching_sends_one_by_one_at_once() {
    let mut lane = lane(target("t", 1), &[1, 1]);
    assert_eq!((lane.gathers_until(at(0)), taken(&mut lane), taken(&mut lane), taken(&mut lane)), (None, 1, 1, 0));
}

#[test]
fn a_batch_is_sent_when_it_is_full_or_when_its_first_event_has_waited() {
    let mut lane = lane(batching(3, 100), &[1, 1]);
    assert_eq!(lane.gathers_until(at(2)), Some(at(101)));
    assert_eq!(lane.gathers_until(at(101)), None);
    lane.push(job(3, Queue::Low, 1));
    assert_eq!(lane.gathers_until(at(2)), None);
    lane.push(job(4, Queue::High, 1));
    assert_eq!((taken(&mut lane), taken(&mut lane), taken(&mut lane)), (3, 1, 0));
    assert_eq!(lane.gathers_until(at(2)), None);
}

#[test]
fn a_batch_has_bounds_in_events_and_bytes() {
    let mega = Batching::BYTES_MAX;
    for (sizes, expected) in [
        (&[1, 1, 1, 1][..], &[3, 1][..]),
        (&[mega, 1], &[1, 1]),
        (&[mega - 1, 1, 1], &[2, 1]),
        // Larger than a batch may be: alone.
        (&[mega + 1, 1], &[1, 1]),
        (&[1, mega + 1, 1], &[1, 1, 1]),
    ] {
        let mut lane = lane(batching(3, 60_000), sizes);
        let full = sizes.len() >= 3 || sizes.iter().sum::<usize>() >= mega;
        assert_eq!(lane.gathers_until(at(5)).is_none(), full, "{sizes:?}");
        let weight = lane.next_weight().unwrap();
        assert!(weight >= sizes[0] && weight <= 2 * mega + 4_096, "{weight}");
        let all: Vec<usize> = std::iter::from_fn(|| Some(taken(&mut lane)).filter(|n| *n > 0)).collect();
        assert_eq!(all, expected, "{sizes:?}");
        assert_eq!(lane.bytes, 0);
    }
}

#[test]
fn batches_become_smaller_after_a_refusal_and_grow_again() {
    let mut lane = lane(batching(4, 0), &[1; 20]);
    lane.took_batch(4);
    assert_eq!(taken(&mut lane), 4);
    lane.smaller_batches(2);
    assert_eq!(taken(&mut lane), 2);
    // A batch that was not full says nothing about a larger one.
    lane.took_batch(1);
    assert_eq!(taken(&mut lane), 2);
    lane.took_batch(2);
    assert_eq!(taken(&mut lane), 3);
    lane.took_batch(3);
    assert_eq!((lane.batch_most, taken(&mut lane)), (None, 4));
    lane.smaller_batches(0);
    assert_eq!(taken(&mut lane), 1);
}

#[test]
fn a_probe_is_one_delivery_and_does_not_wait() {
    let mut lane = lane(batching(3, 60_000), &[1, 1]);
    let pause = Duration::from_secs(1);
    lane.adopt(Some(&OpenBreaker { since: at(0), reason: "x".into(), next_probe_at: at(0).after(pause), pauses: 1 }));
    assert_eq!((lane.gathers_until(at(5_000)), lane.wants_refill(at(5_000)).1, taken(&mut lane)), (None, 1, 1));
}

#[test]
fn memory_holds_two_batches_of_a_slow_receiver() {
    let mut lane = lane(batching(500, 0), &[]);
    lane.learn(Duration::from_secs(2), true);
    assert_eq!((lane.queue_max(), lane.wants_refill(at(0)).1), (1_000, 500));
    let mut plain = self::lane(target("t", 2), &[]);
    plain.learn(Duration::from_secs(2), true);
    assert_eq!((plain.queue_max(), plain.wants_refill(at(0)).1), (64, 32));
}
