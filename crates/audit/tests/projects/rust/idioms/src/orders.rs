use crate::bus::{Error, EventBus};
use crate::events::WebhookEvent::{self, *};
use std::collections::HashMap;

pub struct OrderWorkflow<'a> {
    pub bus: &'a EventBus,
}

impl OrderWorkflow<'_> {
    pub fn place(&self, id: &str) -> Result<(), Error> {
        self.bus.publish(OrderPlaced.as_str(), id)
    }

    pub fn pack(&self, id: &str) -> Result<(), Error> {
        let steps = HashMap::from([("pack", OrderPacked), ("ship", OrderShipped)]);
        self.bus.publish(steps["pack"].as_str(), id)
    }

    pub fn force(&self, id: &str, step: &str) -> Result<(), Error> {
        let steps = HashMap::from([
            ("pack", WebhookEvent::OrderPacked),
            ("ship", WebhookEvent::OrderShipped),
        ]);
        let event = steps.get(step).copied().unwrap_or(WebhookEvent::OrderOnHold);
        self.bus.publish(event.as_str(), id)
    }

    pub fn finish(&self, id: &str, how: &str) -> Result<(), Error> {
        self.bus.publish(
            match how {
                "door" | "box" => OrderDelivered.as_str(),
                _ => OrderReturned.as_str(),
            },
            id,
        )
    }

    pub fn cancel(&self, id: &str, reason: u8) -> Result<(), Error> {
        let event_type = match reason {
            1 => "order.cancelled",
            2 | 3 => {
                let held = OrderOnHold;
                held.as_str()
            }
            _ => WebhookEvent::OrderReturned.as_str(),
        };
        self.bus.publish(event_type, id)
    }
}
