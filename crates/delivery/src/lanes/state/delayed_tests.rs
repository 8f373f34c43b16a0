//! Tests of the lanes' state: delayed deliveries, and refills that run during a cancellation.

use super::*;
use crate::lanes::{
    lane::Pace,
    scheduler::tests::{job, target},
    throttle::PolicyDefaults,
};
use model::Priority;
use storage::DueDelivery;

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

/// A delayed job of an event with this priority.
fn delayed(number: u32, priority: Priority) -> Job {
    let made = job(number, Queue::Delayed, 2);
    let mut event = made.outgoing.event.clone();
    event.priority = priority;
    Job { outgoing: Arc::new(Outgoing::new(event)), ..made }
}

#[test]
fn a_delayed_delivery_takes_its_turn_among_new_ones_of_its_priority() {
    let mut state = State::new(512, PolicyDefaults::default());
    let number = state.scheduler.lane_for(&target("acme", 1));
    state.scheduler.lane(number).unwrap().pace = Pace::Quick;
    let jobs = [
        job(1, Queue::Retry, 2),
        job(2, Queue::Normal, 2),
        delayed(3, Priority::Normal),
        job(4, Queue::High, 2),
        delayed(5, Priority::High),
        delayed(6, Priority::Low),
    ];
    let ids: Vec<DeliveryId> = jobs.iter().map(|job| job.id).collect();
    jobs.into_iter().for_each(|job| state.scheduler.push(number, job));
    let started: Vec<(DeliveryId, Queue)> =
        std::iter::from_fn(|| state.scheduler.next()).map(|start| (start.job.id, start.job.queue)).collect();
    // High first; then of the turns: normal, retry, normal, …, low.
    let expected = [
        (ids[3], Queue::High),
        (ids[4], Queue::Delayed),
        (ids[1], Queue::Normal),
        (ids[0], Queue::Retry),
        (ids[2], Queue::Delayed),
        (ids[5], Queue::Delayed),
    ];
    assert_eq!(started, expected);
    assert_eq!(state.scheduler.lane(number).unwrap().queued(), 0);
}

#[test]
fn a_delayed_delivery_is_read_when_it_is_due_and_not_before() {
    let mut state = State::new(16, PolicyDefaults::default());
    let number = state.scheduler.lane_for(&target("acme", 1));
    let at = NOW.after(std::time::Duration::from_secs(60));
    state.scheduler.lane(number).unwrap().leave_in_store(Queue::Delayed, at);
    let mut work = Work::default();
    state.look(number, NOW, &mut work);
    assert!(work.refills.is_empty());
    assert_eq!(state.timers.iter().collect::<Vec<_>>(), [&(at, number)], "the lane's timer is set");
    state.look(number, at, &mut work);
    assert_eq!(work.refills.iter().map(|refill| refill.queue).collect::<Vec<_>>(), [Queue::Delayed]);
}

/// Delayed deliveries that are due are bounded in memory although they wait among others.
#[test]
fn delayed_deliveries_in_memory_hold_back_the_next_refill() {
    let mut state = State::new(16, PolicyDefaults::default());
    let number = state.scheduler.lane_for(&target("acme", 1));
    let lane = state.scheduler.lane(number).unwrap();
    lane.pace = Pace::Quick;
    lane.leave_in_store(Queue::Delayed, NOW);
    (0..200).for_each(|of| state.scheduler.push(number, delayed(of, Priority::Normal)));
    let mut work = Work::default();
    state.look(number, NOW, &mut work);
    assert!(work.refills.is_empty(), "enough are in memory");
    (0..100).for_each(|_| drop(state.scheduler.lane(number).unwrap().pop()));
    state.look(number, NOW, &mut work);
    assert_eq!(work.refills.len(), 1);
}

/// The refill may have read deliveries before they were cancelled.
#[test]
fn a_refill_that_ran_during_a_cancellation_is_dropped_and_made_again() {
    let mut state = State::new(16, PolicyDefaults::default());
    let number = state.scheduler.lane_for(&target("acme", 1));
    let lane = state.scheduler.lane(number).unwrap();
    lane.leave_in_store(Queue::Normal, EVER);
    let mut work = Work::default();
    state.look(number, NOW, &mut work);
    assert_eq!(work.refills.len(), 1);
    let lane = state.scheduler.lane(number).unwrap();
    lane.outdate_refills();
    // A later spill does not make the result valid again.
    lane.leave_in_store(Queue::Normal, EVER);
    let cancelled = job(1, Queue::Normal, 2);
    let event = cancelled.outgoing.event.clone();
    let due = DueDelivery {
        id: cancelled.id,
        attempts: 0,
        earlier_attempts: 0,
        due_at: cancelled.due_at,
        order: None,
        event,
    };
    state.refilled(number, Queue::Normal, Due { deliveries: vec![due], next: None }, NOW, &mut work);
    assert_eq!(state.scheduler.lane(number).unwrap().queued(), 0);
    assert_eq!(work.refills.len(), 2, "it is read again");
}
