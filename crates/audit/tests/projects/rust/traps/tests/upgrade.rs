use acme::bus::EventBus;
use acme::events::webhook_events;
use acme::subscriptions::emit_trial_ended;

mod fake_events {
    pub const STARTED: &str = "fake.started";
    pub const ENDED: &str = "fake.ended";
}

#[test]
fn upgrade() {
    let bus = EventBus::default();
    emit_trial_ended(&bus, "s1");
    bus.publish(webhook_events::SUBSCRIPTION_UPGRADED, "s1");
    bus.publish(fake_events::STARTED, fake_events::ENDED);
}
