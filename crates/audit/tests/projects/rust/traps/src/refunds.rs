use crate::bus::EventBus;
use crate::events::webhook_events;

/// What a macro is given is no statement, but it is a value.
macro_rules! send {
    ($bus:expr, $event:expr, $id:expr) => {
        $bus.publish($event, $id)
    };
}

pub fn open(bus: &EventBus, id: &str) {
    let event = &webhook_events::REFUND_OPENED;
    send!(bus, *event, id);
}

pub fn settle(bus: &EventBus, id: &str, paid: bool) {
    let event = webhook_events::REFUND_PAID;
    if !paid {
        let event = webhook_events::REFUND_REJECTED;
        send!(bus, &event, id);
    }
    send!(bus, event, id);
}
