use crate::bus::EventBus;
use crate::events::webhook_events;

/// Not a test, and not only for tests.
#[cfg(not(test))]
pub fn finish(bus: &EventBus, winner: &str) {
    bus.publish(webhook_events::CONTEST_WON, winner);
}
