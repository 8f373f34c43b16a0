use crate::bus::EventBus;
use crate::events::webhook_events;
use jobs::{cron, handles};

pub trait Job {
    fn run(&self);
}

pub struct PayoutJob {
    bus: EventBus,
}

impl Job for PayoutJob {
    fn run(&self) {
        self.bus.publish(webhook_events::PAYOUT_STARTED, "all");
    }
}

pub fn register(bus: &EventBus) {
    bus.on(webhook_events::PAYOUT_CREATED, |_| metrics::increment("payout.created"));
    bus.subscribe("payout.failed", |_| metrics::increment(webhook_events::PAYOUT_FAILED));
}

#[handles("payout.failed")]
fn on_failed(bus: &EventBus, payload: &str) {
    bus.publish(webhook_events::PAYOUT_RETRIED, payload);
}

#[cron("0 6 * * *")]
fn send_schedule(bus: &EventBus) {
    bus.publish(webhook_events::PAYOUT_SCHEDULED, "all");
}

pub fn is_final(event_type: &str) -> bool {
    event_type == webhook_events::PAYOUT_PAID || event_type == "payout.returned"
}

pub fn report(bus: &EventBus) {
    bus.publish("ledger.balanced", "{}");
}
