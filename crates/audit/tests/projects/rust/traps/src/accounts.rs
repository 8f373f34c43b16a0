use crate::bus::EventBus;
use crate::events::webhook_events as names;
use std::collections::HashMap;

pub struct AccountService<'a> {
    pub bus: &'a EventBus,
}

impl AccountService<'_> {
    pub fn close(&self, id: &str) {
        self.emit_done(id);
    }

    fn emit_done(&self, id: &str) {
        self.bus.publish(names::ACCOUNT_CLOSED, id);
    }

    pub fn rename(&self, id: &str) {
        let event_type = names::PAYOUT_CREATED;
        log::info!("{event_type} {id}");
        log::info!("subscription.resumed");
    }

    pub fn change(&self) {
        let event_type = names::ACCOUNT_CHANGED;
        self.bus.publish(event_type, names::PAYOUT_AMENDED);
    }

    pub fn replay(&self, row: &HashMap<String, String>) {
        self.bus.publish(&row["event_type"], "replayed");
        let event_type = format!("account.{}", row["status"]);
        self.bus.publish(&event_type, "rebuilt");
    }
}

pub struct AccountLocks<'a> {
    pub bus: &'a EventBus,
}

impl AccountLocks<'_> {
    fn emit_done(&self, id: &str) {
        self.bus.publish(names::ACCOUNT_LOCKED, id);
    }

    pub fn broadcast_rename(&self, id: &str) {
        self.bus.publish(names::ACCOUNT_RENAMED, id);
    }
}
