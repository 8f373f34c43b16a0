//! A store with a month of history: 10,000,000 deliveries of five tenants, created once and kept between runs.

pub(super) mod lists;
pub(super) mod publish;
pub(super) mod retention;
mod store;
