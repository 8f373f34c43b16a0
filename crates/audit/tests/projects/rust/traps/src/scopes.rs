//! One name, several variables: each block has its own, and each `let` hides the one before.

use crate::bus::EventBus;
use crate::events::webhook_events;

pub fn early(bus: &EventBus, quiet: bool) {
    if quiet {
        let event = webhook_events::SUBSCRIPTION_PAUSED;
        println!("{event}");
        return;
    }
    let event = webhook_events::SUBSCRIPTION_CREATED;
    bus.publish(event, "{}");
}

pub fn again(bus: &EventBus, id: &str) {
    let event = webhook_events::SUBSCRIPTION_RESUMED;
    println!("{event}");
    let event = webhook_events::INVOICE_CREATED;
    bus.publish(event, id);
    let event = event.to_owned();
    bus.publish(&event, id);
}

pub fn siblings(bus: &EventBus, id: Option<&str>) {
    let mut event = webhook_events::INVOICE_HELD;
    for event in [webhook_events::SUBSCRIPTION_EXPIRED, webhook_events::SUBSCRIPTION_RENEWED] {
        println!("{event}");
    }
    if let Some(event) = Some(webhook_events::SUBSCRIPTION_UPGRADED) {
        println!("{event}");
    } else {
        event = webhook_events::ACCOUNT_CLOSED;
    }
    match id {
        Some(event) => println!("{event}"),
        None => {
            let event = webhook_events::SUBSCRIPTION_DOWNGRADED;
            println!("{event}");
        }
    }
    let later = || bus.publish(event, "{}");
    later();
}

/// A parameter is hidden too.
pub fn given(bus: &EventBus, event: &str) {
    let event = format!("{event}.changed");
    bus.publish(&event, "{}");
}

pub fn give(bus: &EventBus) {
    given(bus, "account");
}
