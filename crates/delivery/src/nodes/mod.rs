//! Several nodes on one store: heartbeats, shared limits, changes that other nodes make, work of lost nodes, and the outbox.

mod changes;
mod feed;
mod heartbeat;
mod limits;
mod outbox;
mod register;

use std::time::Duration;
pub(crate) use {
    changes::Changes, feed::FeedExchange, heartbeat::HeartbeatTask, limits::LimitExchange, outbox::Outbox,
    register::register,
};

/// Polling interval; a signal of the store comes earlier.
const LOOK: Duration = Duration::from_millis(500);
