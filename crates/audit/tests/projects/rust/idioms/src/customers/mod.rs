pub mod journal;

use crate::bus::EventBus;
use crate::events::WebhookEvent as Hook;
use journal::{Journal, Journaled};

const PREFIX: &str = "customer";

pub struct CustomerService<'a> {
    pub bus: &'a EventBus,
    pub journal: Journal<'a>,
}

impl CustomerService<'_> {
    pub fn sign_up(&self, id: &str) {
        let _ = self.bus.publish("customer.created", id);
    }

    pub fn merge(&self, id: &str) {
        let _ = self.bus.publish(&format!("{}.merged", PREFIX), id);
    }

    pub fn change_tier(&self, id: &str) {
        let name = format!("{PREFIX}.tier_changed");
        let _ = self.bus.publish(&name, id);
    }

    pub fn verify_email(&self, id: &str) {
        self.journal.write(id, Hook::CustomerEmailVerified);
    }

    pub fn remove(&self, id: &str) {
        self.journal.record_with(id, Hook::CustomerDeleted);
    }

    pub fn rename(&self, id: &str) {
        self.touch(id, Hook::CustomerUpdated.as_str());
    }

    fn touch(&self, id: &str, event_type: &str) {
        let _ = self.bus.publish(event_type, id);
    }
}
