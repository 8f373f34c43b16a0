use crate::{bus::WebhookBus, events::WebhookEvent};

pub fn create(bus: &WebhookBus, order: &str) {
    bus.publish(WebhookEvent::OrderCreated, order);
}

pub fn lose(bus: &WebhookBus, order: &str) {
    bus.publish(WebhookEvent::OrderLost(7), order);
}
