//! Operations for several nodes on one store: membership and leases, changes made by other nodes, take-over of a lost
//! node's deliveries, and the outbox into which programs publish in their own transactions.

use crate::{Appended, DueQueueHead, NewEvent, StorageError};
use async_trait::async_trait;
use model::{
    Channels, EventId, EventType, KeyId, Priority, SubscriptionId, TenantId, Timestamp, TraceContext,
    policy::share::{Claim, Grant, Nodes},
};
use std::{num::NonZeroI32, sync::Arc, time::Duration};

/// The role of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeRole {
    /// Serves the API and sends deliveries.
    All,
    /// Serves the API; other nodes send the deliveries that it accepts.
    Api,
    /// Sends deliveries; its API only reports its state.
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

/// The state of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeState {
    Live,
    /// The node has shut down and released its lease.
    Left,
    /// The node sent no heartbeat for [`LEASE`]; other nodes have taken over its deliveries.
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

/// The number of a node. A process that starts is a new node; a number is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(NonZeroI32);

impl NodeId {
    /// `None` when no node can have this number.
    pub fn from_number(number: i32) -> Option<Self> {
        NonZeroI32::new(number).filter(|number| number.is_positive()).map(Self)
    }

    pub const fn number(self) -> i32 {
        self.0.get()
    }
}

/// A node that registers.
#[derive(Clone, Debug)]
pub struct NewNode {
    /// Unique among live nodes: a name is refused while its holder sends heartbeats.
    pub name: String,
    pub role: NodeRole,
    pub version: String,
}

/// Result of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinOutcome {
    Joined,
    /// Another node holds the name and sent a heartbeat within [`LEASE`].
    NameHeld(Holder),
}

/// The node that holds a name, and its last heartbeat by the store's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    pub id: NodeId,
    pub heartbeat_at: Timestamp,
}

/// A node as the store records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub id: NodeId,
    pub name: String,
    pub role: NodeRole,
    pub version: String,
    pub state: NodeState,
    pub started_at: Timestamp,
    pub heartbeat_at: Timestamp,
    /// Waiting deliveries that this node owns, counted up to a limit.
    pub waiting: u32,
    pub is_this: bool,
}

/// Result of a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heartbeat {
    Live,
    /// Other nodes have declared this node lost and own its deliveries. The node must register again.
    Lost,
}

/// A changed object of which every node may have a copy in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Tenant(TenantId),
    Key(TenantId, KeyId),
    Subscription(TenantId, SubscriptionId),
    EventTypes,
    /// Deliveries of the subscription were cancelled: copies of them in memory are outdated.
    Cancelled(TenantId, SubscriptionId),
}

/// Changes since a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The version up to which the list is complete.
    pub version: i64,
    /// In order of their versions; `None` when too many changes were missed and everything must be read again.
    pub list: Option<Vec<Change>>,
}

/// An event that a program published in its own transaction, through the outbox.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxEvent {
    pub tenant: TenantId,
    pub event_type: EventType,
    pub data: String,
    pub metadata: String,
    pub given_id: String,
    pub timestamp: Timestamp,
    pub priority: Priority,
    pub idempotency_key: Option<String>,
    pub deliver_at: Option<Timestamp>,
    /// The span of the program that published it.
    pub trace: Option<TraceContext>,
    pub channels: Channels,
}

/// The fate of an outbox row.
#[derive(Debug)]
pub enum Made {
    /// Published with the event's deliveries.
    Event(Box<NewEvent>),
    /// Left in the outbox: its tenant may not publish now.
    Later,
    /// Dropped, because it can never be published.
    Never,
}

impl From<Option<NewEvent>> for Made {
    fn from(made: Option<NewEvent>) -> Self {
        made.map_or(Self::Never, |new| Self::Event(Box::new(new)))
    }
}

/// Builds an event and its deliveries from an outbox row.
pub type Make = Arc<dyn Fn(OutboxEvent) -> Made + Send + Sync>;

/// Result of one batch from the outbox.
#[derive(Debug, Default)]
pub struct Drained {
    pub events: Vec<(NewEvent, Appended)>,
    /// True when the outbox has more rows.
    pub more: bool,
}

/// Days whose partitions were dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DroppedPartitions {
    pub days: Vec<String>,
}

/// A node's claim on the limits of a subscription, for [`Shared::exchange_claims`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitClaim {
    pub subscription: SubscriptionId,
    pub claim: Claim,
    /// Maximum number of concurrent requests of the subscription; `None` without a limit.
    pub max_in_flight: Option<u16>,
}

/// Result of an exchange of claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// The grants in the order of the claims.
    Granted(Nodes, Vec<Grant>),
    /// This node is not live, or its role is not to deliver.
    NotLive,
}

/// Changes of the log that a node hands to nodes with live streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedPacket {
    pub node: NodeId,
    /// Each packet of a node has the number after that of its last one.
    pub number: i64,
    pub entries: Vec<u8>,
}

/// Result of [`Shared::exchange_feed`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedExchanged {
    /// Another node has live streams.
    pub is_wanted: bool,
    /// Packets of other nodes, each node's in their order.
    pub packets: Vec<FeedPacket>,
}

/// Time for which a node counts as one that has live streams after it said so.
pub const FEED_WANTED: Duration = Duration::from_secs(5);

/// A node without a heartbeat for this long, by the store's clock, is lost.
pub const LEASE: Duration = Duration::from_secs(10);

#[async_trait]
pub trait Shared: Send + Sync {
    /// Registers this node, unless another live node has the same name. From then on, this node owns the deliveries
    /// that it appends, unless its role says otherwise. `instead_of` is a holder of the name that the caller has
    /// watched for some time: if it has sent no heartbeat since, it is declared lost, however recent its last heartbeat
    /// is.
    async fn join(&self, node: &NewNode, instead_of: Option<Holder>) -> Result<JoinOutcome, StorageError>;

    /// Sends a heartbeat; also returns the time by the store's clock.
    async fn heartbeat(&self) -> Result<(Heartbeat, Timestamp), StorageError>;

    /// Number of live nodes whose role serves the API.
    async fn serving_nodes(&self) -> Result<u32, StorageError>;

    /// Declares nodes lost that have sent no heartbeat for [`LEASE`]; returns their names. Only a node whose own
    /// heartbeats succeeded during all that time may call this: after an outage of the store, all nodes look lost.
    async fn declare_lost(&self) -> Result<Vec<String>, StorageError>;

    /// Writes this node's claims on limits of subscriptions, deletes its claims on all others, and returns what it is
    /// granted and the claims of the other nodes that deliver and whose last heartbeat is not older than [`LEASE`]. A
    /// claim is granted as far as [`free_share`](model::policy::share::free_share) and
    /// [`free_slots`](model::policy::share::free_slots) allow; exchanges are serialised, so that the grants of all nodes
    /// never exceed a limit. The claims of a node that has left or is lost count no more.
    async fn exchange_claims(&self, claims: &[LimitClaim]) -> Result<Exchange, StorageError>;

    /// Releases this node's lease; other nodes take over its waiting deliveries.
    async fn leave(&self) -> Result<(), StorageError>;

    /// All recent nodes, including those that have left or are lost.
    async fn nodes(&self) -> Result<Vec<Node>, StorageError>;

    /// Claims up to `limit` deliveries of nodes that have left or are lost; returns the queues that contain them.
    async fn take_over_deliveries(&self, limit: usize) -> Result<Vec<DueQueueHead>, StorageError>;

    /// The version of all data that nodes cache in memory.
    async fn version(&self) -> Result<i64, StorageError>;

    async fn changes(&self, since: i64) -> Result<Changes, StorageError>;

    /// Events whose payload was erased in the last seconds ([`crate::Erasure::erase_payload`]), for at least five
    /// seconds after the erasure began: nodes must remove their deliveries from memory.
    async fn recent_erasures(&self) -> Result<Vec<(TenantId, EventId)>, StorageError>;

    /// Returns when another node or a program has sent a notification since this method returned `seen`. Notifications
    /// can be spurious and can be missed, so the caller must also poll.
    async fn wait_for_signal(&self, seen: u64) -> u64;

    /// Exchanges the changes that live streams show. `listens`: this node has live streams, and gets the packets of other
    /// nodes that were written in the last seconds and come after the packets `known`. `packet` is written for the other
    /// nodes. Packets can be lost with a node, or when they are not read in time.
    async fn exchange_feed(
        &self,
        listens: bool,
        packet: Option<(i64, &[u8])>,
        known: &[(NodeId, i64)],
    ) -> Result<FeedExchanged, StorageError>;

    /// Stores a value of the installation under a name, unless the name has a value already; returns the stored value.
    async fn insert_if_absent(&self, name: &str, value: &[u8]) -> Result<Vec<u8>, StorageError>;

    /// Moves up to `limit` events out of the outbox, in commit order: removes them and writes them with their
    /// deliveries in one transaction. Rows of the tenants `skip` are left in the outbox. Returns nothing while another
    /// node does this.
    async fn drain_outbox(&self, limit: usize, skip: &[TenantId], make: Make) -> Result<Drained, StorageError>;

    /// Creates partitions for the coming days.
    async fn create_partitions(&self) -> Result<(), StorageError>;

    /// Drops the partitions of days that ended before this time. Waiting deliveries and their events are kept.
    async fn drop_partitions(&self, before: Timestamp) -> Result<DroppedPartitions, StorageError>;
}
