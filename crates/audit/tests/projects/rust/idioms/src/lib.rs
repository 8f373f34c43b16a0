pub mod billing;
pub mod bus;
pub mod customers;
pub mod events;
pub mod orders;
pub mod payments;
