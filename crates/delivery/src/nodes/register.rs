//! Registration of a node under its name.

use std::time::Duration;
use storage::{JoinOutcome, NewNode, Shared, StorageError};

/// How long the holder of a name is watched: four heartbeats.
const WATCH: Duration = Duration::from_secs(4);

/// Registers this node. The holder of its name may be a process that was killed a moment ago, and in whose place this one was
/// started: so the holder is watched for [`WATCH`], and this node is refused only if it sends another heartbeat.
pub(crate) async fn register(node: &NewNode, shared: &dyn Shared) -> Result<JoinOutcome, StorageError> {
    let JoinOutcome::NameHeld(holder) = shared.join(node, None).await? else { return Ok(JoinOutcome::Joined) };
    tracing::info!(name = node.name, seconds = WATCH.as_secs(), "waiting whether the last node of this name is gone");
    tokio::time::sleep(WATCH).await;
    shared.join(node, Some(holder)).await
}
