//! Room for a response in the memory budget, charged to its caller.

use crate::{
    App,
    memory::{Held, Memory, Owner},
    problem::Problem,
};
use axum::extract::FromRequestParts;
use http::request::Parts;
use std::sync::Arc;

/// Charges a response to its caller. Must come after the caller among a handler's arguments.
pub(crate) struct Room {
    memory: Arc<Memory>,
    owner: Owner,
}

impl Room {
    /// Charges `bytes`; 503 when the budget does not allow it.
    pub(crate) fn hold(&self, bytes: usize) -> Result<Held, Problem> {
        let mut held = self.memory.hold(self.owner.clone());
        held.grow(bytes)?;
        Ok(held)
    }
}

impl FromRequestParts<App> for Room {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let owner = parts.extensions.get::<Owner>().cloned().unwrap_or_default();
        Ok(Self { memory: app.memory.clone(), owner })
    }
}
