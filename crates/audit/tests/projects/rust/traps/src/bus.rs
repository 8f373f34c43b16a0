use std::cell::RefCell;

/// The bus behind the customers' webhooks.
///
/// ```
/// bus.publish("subscription.resumed", "s1");
/// bus.publish(webhook_events::SUBSCRIPTION_RESUMED, "s1");
/// ```
#[derive(Default)]
pub struct EventBus {
    outbox: RefCell<Vec<(String, String)>>,
    handlers: RefCell<Vec<(String, fn(&str))>>,
}

impl EventBus {
    pub fn publish(&self, event_type: &str, payload: &str) {
        self.outbox
            .borrow_mut()
            .push((event_type.to_string(), payload.to_string()));
    }

    pub fn on(&self, event_type: &str, handler: fn(&str)) {
        self.handlers
            .borrow_mut()
            .push((event_type.to_string(), handler));
    }

    pub fn subscribe(&self, event_type: &str, handler: fn(&str)) {
        self.on(event_type, handler);
    }
}
