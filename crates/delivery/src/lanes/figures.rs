//! Figures of the lanes: their load, and for the metrics their states and the requests in flight by room.

use super::{Lanes, lane::Lane, scheduler::Scheduler};
use model::Timestamp;

/// Lanes looked at under one lock, so that a scrape delays no delivery by more than some microseconds.
const PIECE: usize = 1_024;

/// The load of the lanes: requests in flight, lanes with work, bytes queued in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    pub in_flight: usize,
    pub busy_lanes: usize,
    pub queued_bytes: usize,
}

/// Numbers of lanes by state; a lane may have several. Requests in flight by room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LaneFigures {
    /// With a request in flight.
    pub(crate) busy: usize,
    /// With deliveries queued, and without a request in flight.
    pub(crate) waiting: usize,
    /// Waiting for room.
    pub(crate) parked: usize,
    pub(crate) breaker_open: usize,
    /// Lanes whose circuit breaker lets a probe through.
    pub(crate) breaker_half_open: usize,
    /// Of a paused or disabled subscription.
    pub(crate) paused: usize,
    /// With deliveries that the rate limit or the concurrency cap holds back.
    pub(crate) limited: usize,
    pub(crate) fast: usize,
    pub(crate) unknown: usize,
    pub(crate) slow: usize,
    pub(crate) queued_bytes: usize,
}

impl LaneFigures {
    fn add(&mut self, lane: &Lane, now: Timestamp) {
        let queued = lane.queued() > 0;
        self.busy += usize::from(lane.in_flight > 0);
        self.waiting += usize::from(queued && lane.in_flight == 0);
        self.parked += usize::from(lane.parked.is_some());
        self.paused += usize::from(!lane.is_open());
        match lane.throttle.open() {
            Some(_) if lane.throttle.shut_until(now).is_some() => self.breaker_open += 1,
            Some(_) => self.breaker_half_open += 1,
            None => self.limited += usize::from(queued && lane.throttle.is_limited(lane.in_flight, now)),
        }
    }
}

impl Scheduler {
    /// Adds the states of a piece of the lanes. Returns whether there are more.
    fn look_at_piece(&self, from: usize, now: Timestamp, figures: &mut LaneFigures) -> bool {
        let lanes = self.lanes();
        lanes.iter().skip(from).take(PIECE).flatten().for_each(|lane| figures.add(lane, now));
        from + PIECE < lanes.len()
    }
}

impl Lanes {
    pub(crate) fn load(&self) -> Load {
        let state = self.state.lock();
        Load {
            in_flight: state.scheduler.in_flight(),
            busy_lanes: state.scheduler.busy_lanes(),
            queued_bytes: state.scheduler.queued_bytes,
        }
    }

    /// The figures as they are now. Lanes that change meanwhile may be counted in their old or their new state.
    pub(crate) fn figures(&self) -> LaneFigures {
        let now = self.clock.now();
        let mut figures = LaneFigures::default();
        let mut from = 0;
        while self.state.lock().scheduler.look_at_piece(from, now, &mut figures) {
            from += PIECE;
        }
        let state = self.state.lock();
        (figures.fast, figures.unknown, figures.slow) = state.scheduler.in_flight_by_room();
        figures.queued_bytes = state.scheduler.queued_bytes;
        figures
    }
}
