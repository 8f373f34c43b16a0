//! The supply chain: what the product is made of (`sbom`), and which of it has a known vulnerability (`advisories`).

pub(crate) mod advisories;
mod advisory;
mod lock;
mod npm;
pub(crate) mod sbom;
