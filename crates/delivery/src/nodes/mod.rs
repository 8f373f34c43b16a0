//! Several nodes on one store: heartbeats, changes that other nodes make, work of lost nodes, and the outbox.

mod changes;
mod heartbeat;
mod outbox;
mod register;

use std::time::Duration;
pub(crate) use {changes::Changes, heartbeat::HeartbeatTask, outbox::Outbox, register::register};

/// Polling interval; a signal of the store comes earlier.
const LOOK: Duration = Duration::from_millis(500);
