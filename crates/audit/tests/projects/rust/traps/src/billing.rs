use crate::bus::EventBus;
use crate::events::webhook_events::*;

pub struct InvoiceService<'a> {
    pub bus: &'a EventBus,
}

impl<'a> InvoiceService<'a> {
    pub fn create(&self, id: &str) {
        let ignored = INVOICE_RECEIVED;
        self.bus.publish(INVOICE_CREATED, id);
        let hook: fn(&EventBus, &str) = emit_indexed;
        hook(self.bus, ignored);
        // self.emit_credited(id);
    }

    fn emit_credited(&self, id: &str) {
        self.bus.publish(INVOICE_CREDITED, id);
    }

    // Two helpers that only call each other.
    pub fn notify_sent(&self, id: &str, depth: u32) {
        self.bus.publish(INVOICE_SENT, id);
        self.notify_viewed(id, depth - 1);
    }

    pub fn notify_viewed(&self, id: &str, depth: u32) {
        self.bus.publish(INVOICE_VIEWED, id);
        if depth > 0 {
            self.notify_sent(id, depth - 1);
        }
    }

    fn split_again(&self, id: &str, parts: u32) {
        self.bus.publish(INVOICE_SPLIT, id);
        if parts > 1 {
            self.split_again(id, parts - 1);
        }
    }

    pub fn raise_dispute(&self, id: &str) {
        self.send_disputed(id);
        relay(self.bus, id, INVOICE_EXPORTED);
    }

    fn send_disputed(&self, id: &str) {
        self.bus.publish(INVOICE_DISPUTED, id);
    }

    #[inline]
    #[deprecated(note = "use split")]
    pub fn emit_consolidated(&self, id: &str) {
        self.bus.publish(INVOICE_CONSOLIDATED, id);
    }

    pub fn legacy_sync(&self, id: &str) {
        self.bus.publish(INVOICE_SYNCED, id);
    }

    pub fn withhold_invoice(&self, id: &str) {
        self.bus.publish(INVOICE_HELD, id);
    }

    pub fn approve(&self, id: &str) {
        relay(self.bus, id, INVOICE_APPROVED);
    }

    pub fn approve_all(&self, id: &str) {
        self.bus.publish("invoice.approve", id);
    }

    pub fn receive(&self, id: &str) {
        self.bus.publish("invoice.recieved", id);
    }

    pub fn tokenize(&self, id: &str) {
        self.bus.publish("invoice.tokenized", id);
    }
}

fn relay(bus: &EventBus, id: &str, event_type: &str) {
    bus.publish(event_type, id);
}

fn emit_indexed(bus: &EventBus, id: &str) {
    bus.publish(INVOICE_INDEXED, id);
}
