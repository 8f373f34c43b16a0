//! Several nodes on one store: heartbeats, changes that other nodes make, work of lost nodes, and the outbox.

mod changes;
mod heartbeat;
mod outbox;
mod register;

use std::time::Duration;
pub(crate) use {changes::Changes, heartbeat::HeartbeatTask, outbox::Outbox, register::register};

/// Between two looks at what is new, unless the store signals it earlier.
const LOOK: Duration = Duration::from_millis(500);
