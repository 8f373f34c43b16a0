//! Tests of the lanes' state at a take-over, and of the policies of subscriptions.

use super::*;
use crate::lanes::scheduler::tests::{job, target};
use crate::lanes::{lane::Room, throttle::PolicyDefaults};
use model::{
    Policies, Subscription,
    policy::{BreakerSettings, Period, RateLimit, breaker::Transition},
    shape::OrderKey,
};
use std::time::Duration;

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

/// A node that is declared lost and registers again takes part in the take-over of its own deliveries. One of them may
/// still be under way here, so the refill that follows skips it.
#[test]
fn a_delivery_whose_outcome_was_not_recorded_is_read_again() {
    let mut state = State::new(16, PolicyDefaults::default());
    let number = state.scheduler.lane_for(&target("acme", 1));
    let job = job(1, Queue::Normal, 2);
    let id = job.id;
    state.scheduler.push(number, job);
    let start = state.scheduler.next().unwrap();
    state.sending.insert(id);

    // The take-over: the store has the delivery, and the refill finds nothing beside what is held.
    let mut work = Work::default();
    state.scheduler.lane(number).unwrap().leave_in_store(Queue::Normal, EVER);
    state.look(number, NOW, &mut work);
    assert_eq!(work.refills.pop().map(|refill| refill.held), Some(vec![id]));
    state.refilled(number, Queue::Normal, Due::default(), NOW, &mut work);
    assert!(work.refills.is_empty());

    state.scheduler.finished(number, start.room);
    state.settle(number, id, After::NotRecorded, NOW, &mut work);
    let again = work.refills.iter().find(|refill| refill.queue == Queue::Normal);
    assert_eq!(again.map(|refill| refill.held.clone()), Some(vec![]), "nobody else has it in memory");
}

#[test]
fn an_ended_delivery_is_not_read_again() {
    let mut state = State::new(16, PolicyDefaults::default());
    let number = state.scheduler.lane_for(&target("acme", 1));
    let job = job(1, Queue::Normal, 2);
    let id = job.id;
    state.scheduler.push(number, job);
    let start = state.scheduler.next().unwrap();
    state.scheduler.finished(number, start.room);
    let mut work = Work::default();
    state.settle(number, id, After::Ended, NOW, &mut work);
    assert!(work.refills.is_empty());
}

/// A lane of a subscription with these policies, and `count` queued deliveries.
fn throttled(state: &mut State, number: u8, policies: Policies, count: u32) -> LaneNumber {
    let subscription = Subscription { policies, ..target("acme", number).subscription.clone() };
    let lane = state.scheduler.lane_for(&Target::new(subscription));
    let first = u32::from(number) * 1_000;
    for delivery in first..first + count {
        state.offer(lane, job(delivery, Queue::Normal, 2), NOW);
    }
    lane
}

/// Starts what may start at this time; returns the lanes.
fn starts(state: &mut State, now: Timestamp) -> Vec<LaneNumber> {
    state.scheduler.now = now;
    let started = std::iter::from_fn(|| state.scheduler.next()).map(|start| start.lane).collect();
    state.set_gates(now);
    started
}

fn later(millis: u64) -> Timestamp {
    NOW.after(Duration::from_millis(millis))
}

#[test]
fn a_lane_over_its_rate_limit_waits_by_a_timer_and_delays_no_other() {
    let mut state = State::new(64, PolicyDefaults::default());
    let rate_limit = RateLimit::try_new(10, Period::Second, Some(2)).ok();
    let limited = throttled(&mut state, 1, Policies { rate_limit, ..Policies::default() }, 5);
    let free = throttled(&mut state, 2, Policies::default(), 5);
    let started = starts(&mut state, NOW);
    assert_eq!(started.iter().filter(|lane| **lane == limited).count(), 2);
    assert_eq!(started.iter().filter(|lane| **lane == free).count(), 5);
    let (at, lane) = *state.timers.first().unwrap();
    assert_eq!((lane, at), (limited, later(80)));
    assert_eq!(starts(&mut state, later(79)), [], "its timer has not expired");
    let mut work = Work::default();
    state.timers.clear();
    state.scheduler.now = later(80);
    state.timed(limited, later(80), &mut work);
    assert_eq!(starts(&mut state, later(80)), [limited]);
}

#[test]
fn an_open_breaker_leaves_everything_in_the_store_until_the_probe() {
    let settings = BreakerSettings { connection_failures: 2, ..BreakerSettings::default() };
    let mut state = State::new(64, PolicyDefaults { breaker: settings, ..PolicyDefaults::default() });
    let lane = throttled(&mut state, 1, Policies::default(), 20);
    let started = starts(&mut state, NOW).len();
    let mut work = Work::default();
    for _ in 0..2 {
        state.learn(lane, Sample::NoConnection("refused".into()), 0.5, NOW, &mut work);
    }
    assert!(matches!(work.transitions[..], [(_, Transition::Opened(_))]));
    for _ in 0..started {
        state.scheduler.finished(lane, Room::Common);
    }
    assert_eq!((state.scheduler.busy_lanes(), state.scheduler.queued_bytes), (0, 0));

    state.offer(lane, job(100, Queue::Normal, 2), NOW);
    state.look(lane, NOW, &mut work);
    assert_eq!(starts(&mut state, NOW), []);
    assert!(work.refills.is_empty(), "nothing is read while it is open");

    let probe = NOW.after(Duration::from_secs(5));
    assert_eq!(state.timers.first(), Some(&(probe, lane)));
    state.timed(lane, probe, &mut work);
    let refill = work.refills.pop().unwrap();
    assert_eq!((refill.limit, work.refills.len()), (1, 0), "one delivery for the probe");
}

#[test]
fn deliveries_of_an_event_whose_payload_was_erased_are_neither_kept_nor_queued() {
    let mut state = State::new(16, PolicyDefaults::default());
    let number = state.scheduler.lane_for(&target("acme", 1));
    for one in 1..=3 {
        state.scheduler.push(number, job(one, Queue::Normal, 2));
    }
    let bytes = state.scheduler.queued_bytes;
    let erased = job(2, Queue::Normal, 2);
    let event = (erased.outgoing.event.tenant.clone(), erased.outgoing.event.id);
    state.scheduler.drop_events(&HashSet::from([event.clone()]));
    state.dropped.insert(event, NOW);
    assert_eq!(state.scheduler.queued_bytes, bytes / 3 * 2);
    assert!(!state.scheduler.lane(number).unwrap().held.contains(&erased.id));
    let lane = state.scheduler.lane(number).unwrap();
    assert_eq!(lane.part(Queue::Normal).in_memory(), 2);

    // A commit and a refill that read the event before its erasure.
    state.offer(number, erased.clone(), NOW);
    let due = |job: &Job| storage::DueDelivery {
        id: job.id,
        attempts: 0,
        earlier_attempts: 0,
        due_at: job.due_at,
        order: None,
        event: job.outgoing.event.clone(),
    };
    let found = Due { deliveries: vec![due(&erased), due(&job(4, Queue::Normal, 2))], next: None };
    state.refilled(number, Queue::Normal, found, NOW, &mut Work::default());
    let mut started = Vec::new();
    while let Some(start) = state.scheduler.next() {
        started.push(start.job.id);
    }
    assert_eq!(started, [1, 3, 4].map(|one| job(one, Queue::Normal, 2).id));
}

mod shared;

fn refilled(state: &mut State, lane: LaneNumber, jobs: &[Job], next: Option<Timestamp>, now: Timestamp) -> Work {
    let due = |job: &Job| storage::DueDelivery {
        id: job.id,
        attempts: job.attempts,
        earlier_attempts: 0,
        due_at: job.due_at,
        order: job.order,
        event: job.outgoing.event.clone(),
    };
    let mut work = Work::default();
    state.scheduler.lane(lane).unwrap().part(Queue::Ordered).refilling = Some(SpilledSince::No);
    state.refilled(lane, Queue::Ordered, Due { deliveries: jobs.iter().map(due).collect(), next }, now, &mut work);
    work
}

/// The queues that are refilled.
fn queues(work: &Work) -> Vec<Queue> {
    work.refills.iter().map(|refill| refill.queue).collect()
}

#[test]
fn the_end_of_an_ordered_delivery_looks_for_the_next_one() {
    let mut state = State::new(16, PolicyDefaults::default());
    let number = state.scheduler.lane_for(&target("acme", 1));
    let ordered = |number| Job { order: Some(OrderKey::from_code(0)), ..job(number, Queue::Ordered, 2) };
    let mut work = Work::default();
    state.scheduler.lane(number).unwrap().leave_in_store(Queue::Ordered, EVER);
    state.look(number, NOW, &mut work);
    assert_eq!(queues(&work), [Queue::Ordered]);
    let first = ordered(1);
    let later = NOW.after(storage::LOOK_FOR_ORDER);
    let work = refilled(&mut state, number, std::slice::from_ref(&first), Some(later), NOW);
    assert_eq!(queues(&work), [], "others wait behind it");
    let start = state.scheduler.next().unwrap();
    assert_eq!((start.job.id, start.job.order), (first.id, first.order));

    // Its retry is read when it is due, and nothing before it.
    state.scheduler.finished(number, start.room);
    let (mut work, retry) = (Work::default(), NOW.after(Duration::from_secs(60)));
    state.settle(number, first.id, After::RetryAt(retry), NOW, &mut work);
    assert_eq!(queues(&work), [Queue::Ordered]);
    let work = refilled(&mut state, number, &[], Some(retry), NOW);
    assert_eq!(queues(&work), []);
    assert!(state.scheduler.next().is_none());
    let mut work = Work::default();
    state.timed(number, retry, &mut work);
    assert!(queues(&work).contains(&Queue::Ordered));

    let again = Job { attempts: 1, ..first.clone() };
    refilled(&mut state, number, &[again], Some(retry.after(storage::LOOK_FOR_ORDER)), retry);
    let start = state.scheduler.next().unwrap();
    state.scheduler.finished(number, start.room);
    let mut work = Work::default();
    state.settle(number, first.id, After::Ended, retry, &mut work);
    assert_eq!(queues(&work), [Queue::Ordered]);
    // Without any, the end of another delivery looks for none.
    refilled(&mut state, number, &[], None, retry);
    state.offer(number, job(2, Queue::Normal, 2), retry);
    let start = state.scheduler.next().unwrap();
    state.scheduler.finished(number, start.room);
    let mut work = Work::default();
    state.settle(number, start.job.id, After::Ended, retry, &mut work);
    assert_eq!(queues(&work), []);
}

#[test]
fn new_and_ordered_deliveries_of_a_lane_take_turns() {
    let mut state = State::new(64, PolicyDefaults::default());
    let number = state.scheduler.lane_for(&target("acme", 1));
    for delivery in 0..40 {
        let queue = if delivery % 2 == 0 { Queue::Normal } else { Queue::Ordered };
        state.scheduler.push(number, job(delivery, queue, 2));
    }
    let lane = state.scheduler.lane(number).unwrap();
    let first: Vec<Queue> = std::iter::from_fn(|| lane.pop()).take(16).map(|job| job.queue).collect();
    assert!(first.contains(&Queue::Normal) && first.contains(&Queue::Ordered), "{first:?}");
}
