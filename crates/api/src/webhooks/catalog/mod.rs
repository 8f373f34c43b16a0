//! The catalog of event types.

pub(crate) mod change;
pub(crate) mod fields;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod misfits;
pub(crate) mod register;
pub(crate) mod retire;

use crate::{
    App,
    problem::{Problem, kinds::NoSuchEventType},
};
use model::{JsonObject, catalog::CatalogEntry};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use storage::RegisterOutcome;
use utoipa::ToSchema;

/// An event type.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventTypeShown {
    event_type: String,
    description: String,
    /// JSON Schema (2020-12) of the event's `data`.
    #[schema(value_type = Option<Object>)]
    schema: Option<Value>,
    #[schema(value_type = Option<Object>)]
    example: Option<JsonObject>,
    category: String,
}

impl From<&CatalogEntry> for EventTypeShown {
    fn from(entry: &CatalogEntry) -> Self {
        Self {
            event_type: entry.event_type.to_string(),
            description: entry.description.clone(),
            schema: entry.schema.clone(),
            example: entry.example.clone(),
            category: entry.category.clone(),
        }
    }
}

fn missing(name: &str) -> Problem {
    NoSuchEventType::problem(format!("Event type not found: {name}"))
}

/// The entry of this name, unless it was retired.
fn find(app: &App, name: &str) -> Result<Arc<CatalogEntry>, Problem> {
    app.catalog().get(name).filter(|entry| !entry.retired).cloned().ok_or_else(|| missing(name))
}

/// Stores an entry and updates the catalog in memory; both happen even when the client hangs up.
async fn put(app: &App, entry: CatalogEntry) -> Result<(), Problem> {
    let app = app.clone();
    crate::finish(async move { store_and_remember(&app, entry).await }).await?
}

async fn store_and_remember(app: &App, entry: CatalogEntry) -> Result<(), Problem> {
    app.store.put_custom_type(&entry).await?;
    app.catalog.put([entry]);
    Ok(())
}

/// Stores an entry unless another node has registered its name, and updates the catalog in memory.
async fn register(app: &App, entry: CatalogEntry) -> Result<RegisterOutcome, Problem> {
    let app = app.clone();
    crate::finish(async move {
        let outcome = app.store.register_custom_type(&entry).await?;
        if outcome == RegisterOutcome::Registered {
            app.catalog.put([entry]);
        }
        Ok(outcome)
    })
    .await?
}
