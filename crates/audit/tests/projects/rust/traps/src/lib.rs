//! Everything of the product in one crate.
//!
//! ```
//! bus.publish("subscription.resumed", "s1");
//! ```

pub mod accounts;
pub mod billing;
pub mod bus;
pub mod cards;
pub mod contest;
pub mod events;
pub mod payouts;
pub mod permissions;
pub mod prelude;
pub mod refunds;
pub mod scopes;
pub mod shared;
pub mod subscriptions;
