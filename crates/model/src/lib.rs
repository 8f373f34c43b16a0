//! The domain types of Postrider and its pure rules: validation, the meaning of a response, the retry schedule.
//!
//! This crate does no I/O, reads no clock and draws no random number; callers pass those in. `model` knows neither HTTP
//! (beyond status numbers and header text) nor SQL.

pub mod attempt;
pub mod catalog;
pub mod clock;
pub mod compatibility;
pub mod delivery;
pub mod event;
pub mod id;
pub mod invalid;
pub mod json;
pub mod key;
mod patch;
pub mod profile;
pub mod retry;
pub mod schema;
pub mod subscription;
pub mod tenant;
pub mod text;
pub mod time;
pub mod url_rules;

pub use attempt::{Attempt, AttemptError, AttemptResult, Verdict};
pub use clock::{Clock, Entropy, SystemClock};
pub use delivery::{Delivery, DeliveryStatus, Queue};
pub use event::{Event, EventPattern, EventType, Priority};
pub use id::{DeliveryId, EventId, IdSource, IdStyle, KeyId, SubscriptionId};
pub use invalid::{FieldErrors, Invalid};
pub use json::JsonObject;
pub use key::{Scope, TenantKey};
pub use patch::Patch;
pub use profile::Profile;
pub use retry::RetryPolicy;
pub use subscription::{Subscription, SubscriptionState};
pub use tenant::{Tenant, TenantId};
pub use time::Timestamp;
pub use url_rules::SubscriptionUrl;
