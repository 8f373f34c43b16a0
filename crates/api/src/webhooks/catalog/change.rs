//! `PUT /api/v1/webhooks/events/{event_type}`.

use super::{EventTypeShown, fields::EventTypeFields, find, put};
use crate::{
    App,
    auth::Admin,
    body::JsonBody,
    problem::{
        Problem,
        kinds::{NoSuchEventType, NotOperator, ShippedEventType},
    },
    query::Query,
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::{
    FieldErrors, Invalid,
    catalog::{CatalogEntry, Origin},
    compatibility::breaks,
};

/// Change a custom event type
///
/// For the operator. Absent fields keep their value, null clears them. A schema that is not compatible with the old one
/// for receivers is refused unless forced.
#[utoipa::path(put, path = "/api/v1/webhooks/events/{event_type}", tag = "Catalog",
    params(("event_type" = String, Path),
           ("force" = Option<bool>, Query, description = "Accept an incompatible schema")), request_body = EventTypeFields,
    responses((status = 200, body = EventTypeShown), NotOperator, NoSuchEventType, ShippedEventType))]
pub(crate) async fn change(
    State(app): State<App>,
    _: Admin,
    Path(name): Path<String>,
    query: Query,
    JsonBody(fields): JsonBody<EventTypeFields>,
) -> Result<Json<EventTypeShown>, Problem> {
    let _changing = app.changing_types.lock().await;
    let known = find(&app, &name)?;
    if known.origin == Origin::Shipped {
        return Err(ShippedEventType::problem(format!(
            "Event type {name} is shipped with the server and cannot be changed"
        )));
    }
    if fields.event_type.as_ref().is_some_and(|given| *given != name) {
        return Err(Problem::invalid("event_type", "cannot be changed; register another type"));
    }
    let mut entry = (*known).clone();
    fields.apply(&mut entry)?;
    if !query.flag("force")?.unwrap_or(false) {
        compatible(&known, &entry)?;
    }
    let shown = EventTypeShown::from(&entry);
    put(&app, entry).await?;
    Ok(Json(shown))
}

/// Refuses a schema that allows payloads which the old one ruled out.
fn compatible(old: &CatalogEntry, new: &CatalogEntry) -> Result<(), Problem> {
    let Some(before) = &old.schema else { return Ok(()) };
    let gone = serde_json::Value::Bool(true);
    let found = breaks(before, new.schema.as_ref().unwrap_or(&gone));
    if found.is_empty() {
        return Ok(());
    }
    let fault = |one: &model::compatibility::Break| {
        Invalid::new(
            format!("schema{}", one.pointer),
            format!("breaks receivers: {}; force it with ?force=true", one.message),
        )
    };
    Err(FieldErrors(found.iter().map(fault).collect()).into())
}
