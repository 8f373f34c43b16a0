//! `POST /api/v1/webhooks/events`.

use super::{EventTypeShown, fields::EventTypeFields, register as register_and_know};
use crate::{
    App,
    auth::Admin,
    body::JsonBody,
    problem::{
        Problem,
        kinds::{KnownEventType, NotOperator},
    },
};
use axum::{Json, extract::State};
use http::StatusCode;
use model::{
    EventType,
    catalog::{CatalogEntry, Origin},
    operational::PREFIX,
};
use storage::RegisterOutcome;

/// Register a custom event type
///
/// For the operator. A retired type can be registered again.
#[utoipa::path(post, path = "/api/v1/webhooks/events", tag = "Catalog", request_body = EventTypeFields,
    responses((status = 201, body = EventTypeShown), NotOperator, KnownEventType))]
pub(crate) async fn register(
    State(app): State<App>,
    _: Admin,
    JsonBody(fields): JsonBody<EventTypeFields>,
) -> Result<(StatusCode, Json<EventTypeShown>), Problem> {
    let name = fields.event_type.as_deref().ok_or_else(|| Problem::invalid("event_type", "is missing"))?;
    let event_type =
        EventType::parse(name.trim()).map_err(|fault| Problem::invalid("event_type", fault.to_string()))?;
    if event_type.is_operational() {
        return Err(Problem::invalid("event_type", format!("must not begin with {PREFIX}, which is reserved")));
    }
    let _changing = app.changing_types.lock().await;
    if app.catalog().get(event_type.as_str()).is_some_and(|known| !known.retired) {
        return Err(known_already(event_type.as_str()));
    }
    let mut entry = CatalogEntry {
        event_type,
        category: "custom".into(),
        description: String::new(),
        schema: None,
        example: None,
        origin: Origin::Custom,
        retired: false,
    };
    fields.apply(&mut entry)?;
    let shown = EventTypeShown::from(&entry);
    if register_and_know(&app, entry).await? == RegisterOutcome::AlreadyRegistered {
        return Err(known_already(&shown.event_type));
    }
    Ok((StatusCode::CREATED, Json(shown)))
}

fn known_already(name: &str) -> Problem {
    KnownEventType::problem(format!("Event type {name} is known already"))
}
