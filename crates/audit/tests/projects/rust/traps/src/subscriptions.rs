use crate::prelude::names::EventBus;
use crate::prelude::types::webhook_events;

const SNIPPET: &str = "bus.publish(webhook_events::SUBSCRIPTION_EXPIRED, id); bus.publish(\"subscription.expired\", id);";

const DOCS: &str = r#"
    Do it yourself:
        bus.publish("subscription.renewed", id);
        bus.publish(webhook_events::SUBSCRIPTION_RENEWED, id);
"#;

pub fn help() -> String {
    [SNIPPET, DOCS].concat()
}

pub fn create(bus: &EventBus, id: &str) {
    // bus.publish(webhook_events::SUBSCRIPTION_PAUSED, id);
    /* bus.publish("subscription.paused", id);
       /* comments nest in Rust */
       bus.publish(webhook_events::SUBSCRIPTION_PAUSED, id);
    */
    let folder = r"C:\exports\";
    bus.publish(webhook_events::SUBSCRIPTION_CREATED, folder); // "subscription.paused"
    let _ = id;
}

/// Nobody calls it.
pub fn emit_trial_ending(bus: &EventBus, id: &str) {
    bus.publish(webhook_events::SUBSCRIPTION_TRIAL_ENDING, id);
}

pub fn emit_trial_ended(bus: &EventBus, id: &str) {
    bus.publish(webhook_events::SUBSCRIPTION_TRIAL_ENDED, id);
}

#[cfg(test)]
pub fn downgrade_for_test(bus: &EventBus) {
    bus.publish(webhook_events::SUBSCRIPTION_DOWNGRADED, "s1");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trial_ends() {
        emit_trial_ended(&EventBus::default(), "s1");
    }

    #[test]
    fn upgrades() {
        let bus = EventBus::default();
        bus.publish(webhook_events::SUBSCRIPTION_UPGRADED, "s1");
        bus.publish("subscription.gifted", "s1");
        downgrade_for_test(&bus);
    }
}
