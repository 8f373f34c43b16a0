//! `docs/receiving.md` from a receiver's view: real deliveries of the binary, in every profile and with every form of
//! secret, are verified by the page's code blocks in each language that runs here, and by the official libraries of
//! Standard Webhooks. Tampered requests are refused.

mod cases;
mod deliveries;
mod languages;
mod libraries;
mod page;
