//! Requests that were started and not sent, or refused for their size.

use super::{Job, Lanes, Room, Work, state::State};
use crate::numbers::LaneNumber;
use model::Timestamp;
use std::time::Duration;

impl Lanes {
    /// The receiver has refused a request for its size.
    pub(crate) fn smaller_batches(&self, lane: LaneNumber, most: usize) {
        if let Some(one) = self.state.lock().scheduler.lane(lane) {
            one.smaller_batches(most);
        }
    }

    /// A started delivery was not sent, and has ended: nothing is learnt of its receiver.
    pub(crate) fn skipped(&self, lane: LaneNumber, room: Room) -> Work {
        self.change(|state, work, now| {
            if let Some(one) = state.scheduler.lane(lane) {
                one.throttle.skipped();
            }
            state.scheduler.finished(lane, room);
            state.look(lane, now, work);
        })
    }

    /// Ends a started request that was not sent; these deliveries of it stay in the store and are read again after a
    /// second.
    pub(crate) fn abandon<'j>(&self, lane: LaneNumber, jobs: impl Iterator<Item = &'j Job>, room: Room) -> Work {
        let work = self.change(|state, work, now| {
            if let Some(one) = state.scheduler.lane(lane) {
                one.throttle.abandoned();
            }
            leave(state, lane, jobs, now);
            state.scheduler.finished(lane, room);
            state.look(lane, now, work);
            state.scheduler.settled(lane);
        });
        self.sooner.notify_one();
        self.settled.notify_waiters();
        work
    }

    /// Leaves deliveries of a request that was sent in part in the store, in the same way.
    pub(crate) fn leave<'j>(&self, lane: LaneNumber, jobs: impl Iterator<Item = &'j Job>) -> Work {
        let work = self.change(|state, work, now| {
            leave(state, lane, jobs, now);
            state.look(lane, now, work);
        });
        self.sooner.notify_one();
        work
    }
}

fn leave<'j>(state: &mut State, lane: LaneNumber, jobs: impl Iterator<Item = &'j Job>, now: Timestamp) {
    for job in jobs {
        state.sending.remove(&job.id);
        if let Some(one) = state.scheduler.lane(lane) {
            one.held.remove(&job.id);
            one.leave_in_store(job.queue, now.after(Duration::from_secs(1)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lanes::scheduler::tests::{job, target},
        target::Target,
    };
    use model::{
        Queue, Subscription,
        shape::{BatchFormat, Batching},
    };

    #[test]
    fn what_is_left_of_a_batch_is_read_again() {
        let mut subscription: Subscription = target("t", 1).subscription.clone();
        subscription.policies.shape.batching = Batching::try_new(10, 0, BatchFormat::Json).ok();
        let mut state = State::new(8, Default::default());
        let lane = state.scheduler.lane_for(&Target::new(subscription));
        (1..=3).for_each(|number| state.scheduler.push(lane, job(number, Queue::Normal, 1)));
        let now = Timestamp::from_millis(5_000);
        state.scheduler.now = now;
        let start = state.scheduler.next().unwrap();
        state.sending.extend(start.jobs().map(|job| job.id));
        assert_eq!((start.more.len(), state.sending.len()), (2, 3));
        leave(&mut state, lane, start.more.iter(), now);
        assert_eq!(state.sending.iter().collect::<Vec<_>>(), [&start.job.id]);
        let left = state.scheduler.lane(lane).unwrap();
        assert_eq!(left.held.iter().collect::<Vec<_>>(), [&start.job.id]);
        assert_eq!(left.stored_due(), Some(now.after(Duration::from_secs(1))));
    }
}
