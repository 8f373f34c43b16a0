use acme::bus::{Error, EventBus};
use acme::events::WebhookEvent;

fn main() -> Result<(), Error> {
    let bus = EventBus::default();
    boot(&bus)?;
    bus.publish(WebhookEvent::SystemStarted.as_str(), "main")
}

fn boot(bus: &EventBus) -> Result<(), Error> {
    acme::payments::capture(bus, "warm-up")
}
