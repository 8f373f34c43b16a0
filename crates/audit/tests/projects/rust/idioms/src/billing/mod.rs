mod notifier;

use crate::bus::{Error, Event, EventBus};
use crate::events::WebhookEvent;
use notifier::InvoiceNotifier;

pub struct InvoiceService<'a> {
    bus: &'a EventBus,
    notifier: InvoiceNotifier<'a>,
}

impl<'a> InvoiceService<'a> {
    pub fn new(bus: &'a EventBus) -> Self {
        Self {
            bus,
            notifier: InvoiceNotifier { bus },
        }
    }

    pub fn create(&self, id: &str) -> Result<(), Error> {
        self.bus.publish(WebhookEvent::InvoiceCreated.as_str(), id)?;
        Ok(())
    }

    pub fn update(&self, id: &str) -> Result<(), Error> {
        let event_type = WebhookEvent::InvoiceUpdated.to_string();
        self.bus.publish(&event_type, id)
    }

    pub fn settle(&self, id: &str, ok: bool) -> Result<(), Error> {
        let outcome;
        if ok {
            outcome = WebhookEvent::InvoicePaid;
        } else {
            outcome = WebhookEvent::PaymentFailed;
        }
        self.bus.publish(outcome.as_str(), id)
    }

    pub fn close(&self, id: &str, hopeless: bool) -> Result<(), Error> {
        self.bus.publish(
            if hopeless {
                WebhookEvent::InvoiceWrittenOff.as_str()
            } else {
                WebhookEvent::InvoiceVoided.as_str()
            },
            id,
        )
    }

    pub fn finalize(&self, id: &str) -> Result<(), Error> {
        self.bus.publish_event(Event {
            event_type: "invoice.finalized".to_string(),
            id: id.to_string(),
        })
    }

    pub fn chase(&self, ids: &[String]) {
        for id in ids {
            let _ = self.notifier.notify_overdue(id);
        }
        ids.iter().for_each(|id| self.notifier.notify_reminder(id));
    }
}
