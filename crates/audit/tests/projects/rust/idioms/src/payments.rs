use crate::bus::{Error, EventBus};
use crate::events::WebhookEvent;

pub mod topics {
    pub const CAPTURED: &str = "payment.captured";
    pub const MAX_RETRIES: u32 = 5;
}

const REFUNDED: &str = "payment.refunded";

pub fn capture(bus: &EventBus, id: &str) -> Result<(), Error> {
    bus.publish(topics::CAPTURED, id)
}

pub fn refund(bus: &EventBus, id: &str) -> Result<(), Error> {
    bus.publish(REFUNDED, id)
}

pub async fn reconcile(bus: &EventBus, id: &str) -> Result<(), Error> {
    for step in [WebhookEvent::PaymentDisputed, WebhookEvent::PaymentSettled] {
        bus.publish(step.as_str(), id)?;
    }
    Ok(())
}
