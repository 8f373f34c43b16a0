//! The catalog: which event types there are.

pub(crate) mod change;
pub(crate) mod fields;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod misfits;
pub(crate) mod register;
pub(crate) mod retire;

use crate::{App, problem::Problem, types::Known};
use model::catalog::CatalogEntry;
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;
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
    example: Option<Map<String, Value>>,
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
    Problem::not_found(format!("Event type not found: {name}"))
}

/// The entry of this name, unless it was retired.
fn find(app: &App, name: &str) -> Result<Arc<CatalogEntry>, Problem> {
    app.known().catalog.get(name).filter(|entry| !entry.retired).cloned().ok_or_else(|| missing(name))
}

/// Stores an entry and makes it known; both, even when the client hangs up.
async fn put(app: &App, entry: CatalogEntry) -> Result<(), Problem> {
    let app = app.clone();
    crate::finish(async move { store_and_know(&app, entry).await }).await?
}

async fn store_and_know(app: &App, entry: CatalogEntry) -> Result<(), Problem> {
    app.store.put_custom_type(&entry).await?;
    let mut known = app.known.write();
    let mut catalog = known.catalog.clone();
    catalog.put(entry);
    *known = Arc::new(Known::new(catalog));
    Ok(())
}
