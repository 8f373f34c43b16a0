//! Registration of a node under its name.

use std::time::Duration;
use storage::{JoinOutcome, NewNode, Shared, StorageError};

/// Time for which the holder of a name is watched: four heartbeats.
const WATCH: Duration = Duration::from_secs(4);

/// Registers this node. The holder of its name may be a killed process that this one replaces. Therefore the holder is
/// watched for [`WATCH`], and this node is refused only if the holder sends another heartbeat.
pub(crate) async fn register(node: &NewNode, shared: &dyn Shared) -> Result<JoinOutcome, StorageError> {
    let JoinOutcome::NameHeld(holder) = shared.join(node, None).await? else { return Ok(JoinOutcome::Joined) };
    tracing::info!(
        name = node.name,
        seconds = WATCH.as_secs(),
        "another node holds this name: waiting for its next heartbeat"
    );
    tokio::time::sleep(WATCH).await;
    shared.join(node, Some(holder)).await
}
