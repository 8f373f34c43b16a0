//! The domain types of Postrider and its pure rules: validation, the meaning of a response, the retry schedule.
//!
//! This crate does no I/O, reads no clock and draws no random number; callers pass those in. `model` knows neither HTTP
//! (beyond status numbers and header text) nor SQL.

pub mod attempt;
pub mod catalog;
pub mod channel;
pub mod clock;
pub mod compatibility;
pub mod credentials;
pub mod delay;
pub mod delivery;
pub mod event;
pub mod headers;
pub mod id;
pub mod invalid;
pub mod json;
pub mod key;
pub mod networks;
pub mod operational;
mod patch;
pub mod payload;
pub mod policy;
pub mod portal;
pub mod profile;
pub mod replay;
pub mod retry;
pub mod role;
pub mod schema;
pub mod session;
pub mod shape;
pub mod statistics;
pub mod subscription;
pub mod tenant;
pub mod text;
pub mod time;
pub mod timings;
pub mod trace;
pub mod url_rules;

pub use attempt::{Attempt, AttemptError, AttemptResult, Verdict};
pub use channel::Channels;
pub use clock::{Clock, Entropy, SystemClock};
pub use credentials::Credentials;
pub use delivery::{Delivery, DeliveryStatus, Queue};
pub use event::{Event, EventPattern, EventType, Priority};
pub use id::{DeliveryId, EventId, IdSource, IdStyle, KeyId, PortalSessionId, ReplayId, SubscriptionId};
pub use invalid::{FieldErrors, Invalid};
pub use json::JsonObject;
pub use key::{Scope, TenantKey};
pub use networks::Networks;
pub use operational::OperationalKind;
pub use patch::Patch;
pub use payload::{PayloadMatch, PayloadPath, PayloadValue};
pub use policy::{Policies, TenantLimits};
pub use portal::{PortalMode, PortalSession};
pub use profile::Profile;
pub use replay::{Replay, ReplayPosition, ReplaySelection, ReplayState};
pub use retry::{Retries, RetryPolicy};
pub use role::Role;
pub use session::Session;
pub use shape::Shape;
pub use subscription::{Subscription, SubscriptionState};
pub use tenant::{AllowLists, HostPattern, Tenant, TenantChange, TenantEgress, TenantId};
pub use time::Timestamp;
pub use timings::Timings;
pub use trace::{SpanId, TraceContext, TraceId};
pub use url_rules::SubscriptionUrl;
