//! Two modules that re-export each other.

pub mod names {
    pub use super::types::*;
    pub use crate::events::webhook_events;
}

pub mod types {
    pub use super::names::*;
    pub use crate::bus::EventBus;
}
