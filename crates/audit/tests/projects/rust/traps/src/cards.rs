use crate::bus::EventBus;
use crate::events::webhook_events::*;
use crate::shared::*;
use std::collections::HashMap;

/// Hides the name of the glob import.
const CARD_EXPIRED: &str = "card.blocked";

/// Hides `crate::shared::topics`.
mod topics {
    pub const UPDATED: &str = "card.updated";
}

pub fn add(bus: &EventBus, id: &str) {
    const CARD_ADDED: &str = CARD_REMOVED;
    bus.publish(CARD_ADDED, id);
}

pub fn expire(bus: &EventBus, id: &str) {
    bus.publish(CARD_EXPIRED, id);
}

pub fn update(bus: &EventBus, id: &str) {
    bus.publish(topics::UPDATED, id);
}

pub fn lose(bus: &EventBus, id: &str) {
    let losses = HashMap::from([("lost", CARD_LOST), ("stolen", CARD_STOLEN)]);
    bus.publish(losses["lost"], id);
}

pub fn activate(bus: &EventBus, id: &str) {
    /* /* nested */ */ bus.publish(CARD_ACTIVATED, id);
}

pub fn freeze<'a>(bus: &EventBus, id: &'a str) -> &'a str {
    let quotes = ['"', '\'', '\\'];
    bus.publish(CARD_FROZEN, id); // "
    let _ = (quotes, b'"');
    id
}

pub fn issue(bus: &EventBus) {
    let url = "https://cards.example/*";
    bus.publish(CARD_ISSUED, url); /* no comment before */
}
