use crate::bus::EventBus;
use crate::events::WebhookEvent;

/// First hop: writes a line and hands the event on.
pub struct Journal<'a> {
    pub bus: &'a EventBus,
}

impl Journal<'_> {
    pub fn write(&self, customer_id: &str, what: WebhookEvent) {
        deliver(self.bus, what.as_str(), customer_id);
    }
}

pub trait Journaled {
    fn bus(&self) -> &EventBus;

    fn record_with(&self, id: &str, what: WebhookEvent) {
        deliver(self.bus(), what.as_str(), id);
    }
}

impl Journaled for Journal<'_> {
    fn bus(&self) -> &EventBus {
        self.bus
    }
}

fn deliver(bus: &EventBus, event_type: &str, id: &str) {
    let _ = bus.publish(event_type, id);
}
