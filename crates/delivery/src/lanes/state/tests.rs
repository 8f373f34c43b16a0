//! Tests of the lanes' state at a take-over.

use super::*;
use crate::lanes::scheduler::tests::{job, target};

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

/// A node that is declared lost and registers again takes part in the take-over of its own deliveries. One of them may
/// still be under way here, so the refill that follows skips it.
#[test]
fn a_delivery_whose_outcome_was_not_recorded_is_read_again() {
    let mut state = State::new(16);
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
    let mut state = State::new(16);
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
