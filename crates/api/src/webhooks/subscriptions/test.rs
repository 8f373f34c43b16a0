//! `POST /api/v1/webhooks/subscriptions/{id}/test`.

use super::find;
use crate::{
    App,
    auth::Member,
    body::{self, Raw},
    problem::Problem,
};
use axum::{
    Json,
    extract::{Path, State},
};
use bytes::Bytes;
use model::{Event, EventPattern, EventType, Priority, Scope, Subscription};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// What to send.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = TestRequest)]
pub(crate) struct TestRequest<'a> {
    /// The subscription's first one, when absent.
    #[serde(default)]
    #[schema(example = "invoice.created")]
    event_type: Option<String>,
    /// The type's example, when absent.
    #[serde(default, borrow)]
    #[schema(value_type = Option<Object>)]
    payload: Option<&'a RawValue>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct TestResult {
    success: bool,
    status_code: Option<u16>,
    response_body: Option<String>,
    error_message: Option<String>,
    delivery_time_ms: u64,
}

/// Send a test event now, and wait for the answer
///
/// It is signed as any other; it is not retried and not logged as a delivery.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions/{id}/test", tag = "Subscriptions",
    params(("id" = String, Path)), request_body = TestRequest,
    responses((status = 200, body = TestResult),
              (status = 400, description = "The subscription is inactive")))]
pub(crate) async fn test(
    State(app): State<App>,
    member: Member,
    Path(id): Path<String>,
    Raw(bytes): Raw,
) -> Result<Json<TestResult>, Problem> {
    let tenant = member.may(Scope::WebhooksManage)?;
    let request: TestRequest<'_> =
        if bytes.iter().all(u8::is_ascii_whitespace) { TestRequest::default() } else { body::parse(&bytes)? };
    let subscription = find(&app, tenant, &id).await?;
    if !subscription.state.is_active() {
        return Err(Problem::bad_request("The subscription is inactive; activate it first"));
    }
    if app.engine.is_paused() {
        return Err(Problem::paused());
    }
    let event = event(&app, &subscription, &request)?;
    let sent = app.engine.test_subscription(&subscription, event).await;
    let attempt = sent.attempt;
    let answered = attempt.response_code.is_some();
    Ok(Json(TestResult {
        success: sent.success,
        status_code: attempt.response_code,
        response_body: answered.then(|| String::from_utf8_lossy(&attempt.response_body).into_owned()),
        error_message: attempt.error,
        delivery_time_ms: attempt.duration.as_millis() as u64,
    }))
}

fn event(app: &App, subscription: &Subscription, request: &TestRequest<'_>) -> Result<Event, Problem> {
    let event_type = match &request.event_type {
        Some(text) => EventType::parse(text).map_err(|fault| Problem::invalid("event_type", fault.to_string()))?,
        None => first_type(app, subscription),
    };
    let payload = request.payload.filter(|raw| raw.get() != "null");
    let data = match payload {
        Some(raw) if !raw.get().starts_with('{') => {
            return Err(Problem::invalid("payload", "must be a JSON object"));
        }
        Some(raw) => Bytes::copy_from_slice(raw.get().as_bytes()),
        None => {
            let known = app.known();
            let catalog = &known.catalog;
            let example = catalog.get(event_type.as_str()).and_then(|entry| entry.example.as_ref());
            example.and_then(|example| serde_json::to_vec(example).ok()).unwrap_or_else(|| b"{}".to_vec()).into()
        }
    };
    let now = app.clock.now();
    Ok(Event {
        id: app.ids.event(now),
        given_id: None,
        tenant: subscription.tenant.clone(),
        event_type,
        timestamp: now.to_millis(),
        data,
        metadata: Bytes::from_static(br#"{"test":true}"#),
        priority: Priority::Normal,
        deliveries: 1,
    })
}

/// The first single type it wants; else the first of the catalog that its patterns cover.
fn first_type(app: &App, subscription: &Subscription) -> EventType {
    let single = subscription.events.iter().find_map(|pattern| match pattern {
        EventPattern::One(one) => Some(one.clone()),
        EventPattern::All | EventPattern::Below(_) => None,
    });
    let covered =
        || app.known().catalog.iter().find(|e| subscription.wants(&e.event_type)).map(|e| e.event_type.clone());
    single.or_else(covered).unwrap_or_else(|| EventType::trusted("webhook.test"))
}
