use std::cell::RefCell;

#[derive(Debug)]
pub struct Error;

#[derive(Debug, Clone)]
pub struct Event {
    pub event_type: String,
    pub id: String,
}

#[derive(Default)]
pub struct EventBus {
    outbox: RefCell<Vec<Event>>,
}

impl EventBus {
    pub fn publish(&self, event_type: &str, id: &str) -> Result<(), Error> {
        self.outbox.borrow_mut().push(Event {
            event_type: event_type.to_string(),
            id: id.to_string(),
        });
        Ok(())
    }

    pub fn publish_event(&self, event: Event) -> Result<(), Error> {
        self.outbox.borrow_mut().push(event);
        Ok(())
    }

    pub fn in_region(&self, _region: &str) -> &Self {
        self
    }
}
