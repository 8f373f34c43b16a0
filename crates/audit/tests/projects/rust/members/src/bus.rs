use crate::events::WebhookEvent;

pub struct WebhookBus;

impl WebhookBus {
    pub fn publish(&self, event: WebhookEvent, data: &str) {
        self.outbox.add(event, data);
    }
}
