//! From a published event to a receiver's answer: publisher, journal, dispatcher (lanes and egress), control. Never names a
//! backend.

mod attempt;
mod control;
mod dispatcher;
mod doubts;
mod draft;
mod egress;
mod engine;
mod fan_out;
mod index;
mod journal;
mod lanes;
mod lease;
mod maintenance;
mod nodes;
mod numbers;
mod outgoing;
mod publisher;
mod recovery;
mod shortages;
mod steady;
mod target;
mod tasks;
#[cfg(feature = "test")]
mod test_clock;
mod test_sends;
mod wake;

pub use control::{ChangeError, Control, RetryError, RetryProgress, SUBSCRIPTIONS_MAX, UrlRefused};
pub use draft::Draft;
pub use egress::{AddressPolicy, Blocked, Egress, EgressError, EgressSettings, LocalFault};
pub use engine::{Engine, Health, Parts, StartError, Stopped};
pub use lanes::Load;
pub use publisher::{Difference, PublishError, Published, Publisher, Want, batch_key};
pub use steady::{SteadyClock, Watched};
pub use target::Defaults;
#[cfg(feature = "test")]
pub use test_clock::TestClock;
pub use test_sends::{TestError, TestSend, TestSends};
pub use wake::Sleeper;
