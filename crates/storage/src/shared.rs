//! What a store offers when several nodes work on it: who they are, what one of them changed, the work of a node that is
//! gone, and the outbox into which programs publish within their own transactions.

use crate::{Appended, NewEvent, StorageError, Waiting};
use async_trait::async_trait;
use model::{EventType, KeyId, Priority, SubscriptionId, TenantId, Timestamp};
use std::{sync::Arc, time::Duration};

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeRole {
    /// Serves the API and delivers.
    All,
    /// Serves the API; what it accepts is delivered by others.
    Api,
    /// Delivers; its API only says how it is.
    Worker,
}

impl NodeRole {
    pub const ALL: [Self; 3] = [Self::All, Self::Api, Self::Worker];

    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Api => "api",
            Self::Worker => "worker",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    pub const fn delivers(self) -> bool {
        matches!(self, Self::All | Self::Worker)
    }

    pub const fn serves(self) -> bool {
        matches!(self, Self::All | Self::Api)
    }
}

/// How a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeState {
    Live,
    /// It has said goodbye.
    Left,
    /// It was silent for too long; others have taken its work.
    Lost,
}

impl NodeState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Left => "left",
            Self::Lost => "lost",
        }
    }

    /// The number that stores keep.
    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Live, Self::Left, Self::Lost].into_iter().find(|state| state.code() == code)
    }
}

/// A node that comes.
#[derive(Clone, Debug)]
pub struct NewNode {
    /// Two processes never have the same one at a time: a name is refused as long as its holder is heard.
    pub name: String,
    pub role: NodeRole,
    pub version: String,
}

/// What came of joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    Joined,
    /// Another node has the name, and was heard within [`LEASE`].
    NameHeld(Holder),
}

/// A node that has a name, and its last heartbeat by the store's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    pub id: i32,
    pub heartbeat_at: Timestamp,
}

/// A node as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub id: i32,
    pub name: String,
    pub role: String,
    pub version: String,
    pub state: NodeState,
    pub started_at: Timestamp,
    pub heartbeat_at: Timestamp,
    /// Waiting deliveries that are its own to send, counted up to a limit.
    pub waiting: u32,
    pub is_this: bool,
}

/// What a heartbeat heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    Live,
    /// Others have declared this node dead: what it had is theirs now. It has to come anew.
    Lost,
}

/// Something that every node keeps in memory and that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Tenant(TenantId),
    Key(TenantId, KeyId),
    Subscription(TenantId, SubscriptionId),
    EventTypes,
}

/// What has changed since a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The version up to which this tells.
    pub version: i64,
    /// In order; `None` when so much was missed that everything has to be read anew.
    pub list: Option<Vec<Change>>,
}

/// An event that a program published in a transaction of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    pub tenant: TenantId,
    pub event_type: EventType,
    pub data: String,
    pub metadata: String,
    pub given_id: String,
    pub timestamp: Timestamp,
    pub priority: Priority,
    pub idempotency_key: Option<String>,
}

/// Makes an event and its deliveries of what was found in the outbox. `None`: it cannot be published.
pub type Make = Arc<dyn Fn(Outgoing) -> Option<NewEvent> + Send + Sync>;

/// What came out of the outbox.
#[derive(Debug, Default)]
pub struct Drained {
    pub events: Vec<(NewEvent, Appended)>,
    /// There is more.
    pub more: bool,
}

/// What whole days of history went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    pub days: Vec<String>,
}

/// A node that is silent for this long, by the store's clock, is lost.
pub const LEASE: Duration = Duration::from_secs(10);

#[async_trait]
pub trait Shared: Send + Sync {
    /// Takes part, unless another node with the same name is live. What is appended from now on is this node's to send,
    /// unless its role says otherwise. `instead_of` is a holder of the name that the caller has watched for a while: if it
    /// was not heard since, it is declared lost whatever its age.
    async fn join(&self, node: &NewNode, instead_of: Option<Holder>) -> Result<Join, StorageError>;

    /// Says that this node is alive; answers also what time it is by the store's clock.
    async fn beat(&self) -> Result<(Beat, Timestamp), StorageError>;

    /// Declares nodes that have been silent for [`LEASE`] to be lost; answers their names. Only for a node that has itself
    /// been heard all that time: else a store that was away for a while makes everybody look dead.
    async fn judge(&self) -> Result<Vec<String>, StorageError>;

    /// Says goodbye; what waits is for the others.
    async fn leave(&self) -> Result<(), StorageError>;

    /// All nodes of late, those that are gone too.
    async fn nodes(&self) -> Result<Vec<Node>, StorageError>;

    /// Takes up to `limit` deliveries of nodes that are gone, and says in which queues they wait.
    async fn take_over(&self, limit: usize) -> Result<Vec<Waiting>, StorageError>;

    /// The version of everything that nodes keep in memory.
    async fn version(&self) -> Result<i64, StorageError>;

    async fn changes(&self, since: i64) -> Result<Changes, StorageError>;

    /// Returns when another node, or a program, has said that there is something new, since this answered `seen`. It may
    /// be for nothing, and it may be missed: who waits also looks by himself from time to time.
    async fn signalled(&self, seen: u64) -> u64;

    /// Keeps a value of the installation's under a name, unless there is one already; answers the one that is there.
    async fn keep_first(&self, name: &str, value: &[u8]) -> Result<Vec<u8>, StorageError>;

    /// Takes up to `limit` events out of the outbox, in the order in which they were committed, and writes them with
    /// their deliveries in the same transaction. Nothing, while another node is at it.
    async fn drain_outbox(&self, limit: usize, make: Make) -> Result<Drained, StorageError>;

    /// Makes room for the days to come.
    async fn make_days(&self) -> Result<(), StorageError>;

    /// Drops the days that ended before this as a whole. What waits to be sent is left, with its event.
    async fn drop_days(&self, before: Timestamp) -> Result<Dropped, StorageError>;
}
