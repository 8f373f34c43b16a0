//! The values that a scrape of the metrics reads from the engine's memory.

use super::Engine;
use metrics::{Scrape, families};

impl Engine {
    /// Sets the values of this node. Reads memory only.
    pub fn scrape(&self, scrape: &Scrape<'_>) {
        let lanes = self.dispatcher.lane_figures();
        for (state, number) in [
            ("busy", lanes.busy),
            ("waiting", lanes.waiting),
            ("parked", lanes.parked),
            ("breaker_open", lanes.breaker_open),
            ("breaker_half_open", lanes.breaker_half_open),
            ("paused", lanes.paused),
            ("limited", lanes.limited),
        ] {
            scrape.set(&families::LANES, &[state], number as f64);
        }
        for (room, number) in [("fast", lanes.fast), ("unknown", lanes.unknown), ("slow", lanes.slow)] {
            scrape.set(&families::IN_FLIGHT, &[room], number as f64);
        }
        scrape.set(&families::QUEUED_BYTES, &[], lanes.queued_bytes as f64);
        scrape.set(&families::JOURNAL_WAITING, &[], self.journal.depth() as f64);
        scrape.set(&families::INDEX, &[], self.index.count_all() as f64);
        scrape.set(&families::PAUSED, &[], f64::from(u8::from(self.dispatcher.is_paused())));
        scrape.set(&families::OPERATIONAL_DROPPED, &[], self.operational.dropped() as f64);
        if let Some(punctuality) = &self.punctuality {
            scrape.set(&families::RETENTION_LAG, &[], punctuality.lag(self.clock.now()).as_secs_f64());
        }
        if self.store.shared().is_some() {
            scrape.set(&families::LEASE_HELD, &[], f64::from(u8::from(self.lease.holds())));
            if let Some(age) = self.lease.heartbeat_age() {
                scrape.set(&families::HEARTBEAT_AGE, &[], age.as_secs_f64());
            }
        }
    }
}
