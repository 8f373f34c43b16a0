//! From a published event to a receiver's answer: bus, journal, lanes and egress. Never names a backend.

mod attempt;
mod bus;
mod control;
mod demand;
mod egress;
mod engine;
mod index;
mod journal;
mod lanes;
mod maintenance;
mod nodes;
mod pause;
mod shortages;
mod steady;
mod target;
mod test_sends;
mod wake;

pub use bus::{Draft, LENGTH, PublishError, Published, Want, batch_key};
pub use control::{ChangeError, RetryError, RetryOutcome, SUBSCRIPTIONS_MAX};
pub use egress::{AddressPolicy, Blocked, Egress, EgressError, EgressSettings, LocalFault};
pub use engine::{Engine, Health, Parts, StartError, Stopped};
pub use lanes::Load;
pub use steady::{SteadyClock, Watched};
pub use target::Defaults;
pub use test_sends::{TestError, TestSend};
pub use wake::{Sleeper, TestClock};
