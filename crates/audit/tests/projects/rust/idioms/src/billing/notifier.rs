use crate::bus::{Error, Event, EventBus};
use crate::events::WebhookEvent::{self, InvoiceOverdue};

pub(super) struct InvoiceNotifier<'a> {
    pub(super) bus: &'a EventBus,
}

impl InvoiceNotifier<'_> {
    pub(super) fn notify_overdue(&self, id: &str) -> Result<(), Error> {
        self.bus
            .in_region("eu")
            .publish(InvoiceOverdue.as_str(), id)
    }

    pub(super) fn notify_reminder(&self, id: &str) {
        let _ = self.bus.publish_event(Event {
            id: id.to_string(),
            event_type: WebhookEvent::InvoiceReminderSent.to_string(),
        });
    }
}
