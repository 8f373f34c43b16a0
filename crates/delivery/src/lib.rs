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
mod steady;
mod target;
mod wake;

pub use bus::{Draft, PublishError, Published, Want};
pub use control::{ChangeError, RetryError, TestSend};
pub use egress::{AddressPolicy, Blocked, Egress, EgressError};
pub use engine::{Engine, Health, Parts, StartError, Stopped};
pub use lanes::Load;
pub use steady::{SteadyClock, Watched};
pub use target::Defaults;
pub use wake::{Sleeper, TestClock};
