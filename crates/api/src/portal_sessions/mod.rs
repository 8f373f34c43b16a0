//! Core API: portal links, which let one customer use the dashboard within one tenant. For the operator, whose product
//! creates a link when a customer opens its webhooks page. The token is shown once and stored as a hash.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod request;
pub(crate) mod shown;

use crate::problem::{Problem, kinds::NoSuchPortalSession};
use model::PortalSessionId;

fn missing(id: &str) -> Problem {
    NoSuchPortalSession::problem(format!("Portal link not found: {id}"))
}

fn parse(id: &str) -> Result<PortalSessionId, Problem> {
    PortalSessionId::parse(id).map_err(|_| missing(id))
}
