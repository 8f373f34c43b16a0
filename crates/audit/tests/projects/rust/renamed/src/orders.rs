use crate::{bus::WebhookBus, events::WebhookEvent};

pub fn create(bus: &WebhookBus, order: &str) {
    bus.publish(WebhookEvent::OrderCreated, order);
}

pub fn pay(bus: &WebhookBus, order: &str) {
    bus.publish(WebhookEvent::OrderPaid, order);
}
