//! `POST /api/v1/webhooks/subscriptions/{id}/test`.

use super::find;
use crate::{
    App,
    auth::{Member, SendTest},
    body::{self, PUBLISH_MAX, Raw, is_object},
    events::request::{check_object, refused},
    finish,
    problem::{
        Problem,
        kinds::{Inactive, IsKind, NoSuchSubscription, Paused, RateLimited, TooManyTests},
    },
    quota::{Quota, RateHeaders},
    schemas::EventTypeName,
    trace::Trace,
    warnings::Warnings,
};
use axum::{
    Json,
    extract::{Path, State},
};
use bytes::Bytes;
use delivery::{Draft, TestError};
use http::{HeaderName, header};
use model::{EventPattern, EventType, JsonObject, Priority, Subscription, attempt::body_text};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};
use utoipa::ToSchema;

/// The test event.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = TestRequest)]
pub(crate) struct TestRequest<'a> {
    /// Event type; the subscription's first one when absent.
    #[serde(default)]
    #[schema(value_type = Option<EventTypeName>, example = "invoice.created")]
    event_type: Option<String>,
    /// Payload; the type's example with `{"test": true, "subscription_id", "timestamp"}` when absent or empty.
    #[serde(default, borrow)]
    #[schema(value_type = Option<Object>)]
    payload: Option<&'a RawValue>,
}

/// The result of a test.
#[derive(Serialize, ToSchema)]
pub(crate) struct TestResult {
    success: bool,
    status_code: Option<u16>,
    response_body: Option<String>,
    error_message: Option<String>,
    delivery_time_ms: u64,
}

/// Send a test event and wait for the response
///
/// The request is signed like any other. It is sent at once, without retries, ahead of the subscription's backlog. Its
/// delivery is in the log, marked `test` (`Content-Location` names it), and in the subscription's counters. A tenant
/// may have 8 tests in flight.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions/{id}/test", tag = "Subscriptions",
    params(("id" = String, Path)), request_body = Option<TestRequest>,
    responses((status = 200, body = TestResult), NoSuchSubscription, Inactive, Paused, TooManyTests,
        RateLimited))]
pub(crate) async fn test(
    State(app): State<App>,
    member: Member<SendTest>,
    Path(id): Path<String>,
    Trace(trace): Trace,
    warnings: Warnings,
    body: Raw<PUBLISH_MAX>,
) -> Result<(RateHeaders, [(HeaderName, String); 1], Json<TestResult>), Problem> {
    let tenant = member.tenant();
    let request: TestRequest<'_> =
        if body.is_blank() { TestRequest::default() } else { body::parse(&body, &warnings)? };
    let subscription = find(&app, tenant, &id).await?;
    if !subscription.state.is_active() {
        return Err(Inactive::problem("The subscription is inactive; activate it first"));
    }
    if app.engine.control.is_paused() {
        return Err(Paused::problem(Paused::KIND.detail));
    }
    let quota = Quota::of(&app, tenant);
    let mut draft = draft(&app, &quota, &subscription, &request, &warnings)?;
    draft.trace = trace;
    let mut permit = quota.admit(1)?;
    let (engine, owner) = (app.engine.clone(), tenant.clone());
    // Runs to its end even when the client hangs up, so that a request that was sent is in the log.
    let sent = finish(async move { engine.tests.send(&owner, subscription.id, draft).await }).await?;
    let sent = permit.unless_refused(sent).map_err(|fault| match fault {
        TestError::TooMany => TooManyTests::problem("Too many tests are in flight; wait for their responses"),
        TestError::Missing => super::missing(&id),
        TestError::Publish(fault) => refused(fault, tenant, false),
        TestError::Store(fault) => fault.into(),
        TestError::NotSent => Problem::busy("The test was not sent in time; its delivery is in the log"),
    })?;
    let headers = permit.charge(1);
    let attempt = sent.attempt;
    let answered = attempt.response_code.is_some();
    let result = TestResult {
        success: sent.success,
        status_code: attempt.response_code,
        response_body: answered.then(|| body_text(&attempt.response_body)),
        error_message: attempt.error,
        delivery_time_ms: attempt.duration.as_millis() as u64,
    };
    let logged = format!("/api/v1/webhooks/deliveries/{}", sent.delivery);
    Ok((headers, [(header::CONTENT_LOCATION, logged)], Json(result)))
}

fn draft(
    app: &App,
    quota: &Quota<'_>,
    subscription: &Subscription,
    request: &TestRequest<'_>,
    warnings: &Warnings,
) -> Result<Draft, Problem> {
    let event_type = match &request.event_type {
        Some(text) => {
            EventType::parse(text.trim()).map_err(|fault| Problem::invalid("event_type", fault.to_string()))?
        }
        None => first_type(app, subscription),
    };
    let payload = request.payload.filter(|raw| raw.get() != "null");
    if let Some(raw) = payload {
        check_object(app, raw, "payload", warnings).map_err(|fault| Problem::invalid("payload", fault.to_string()))?;
        quota.check_size("payload", raw.get().len())?;
    }
    let is_empty = |raw: &RawValue| is_object(raw) && raw.get()[1..raw.get().len() - 1].trim().is_empty();
    let data = match payload.filter(|raw| !is_empty(raw)) {
        Some(raw) => Bytes::copy_from_slice(raw.get().as_bytes()),
        None => example(app, subscription, &event_type),
    };
    Ok(test_event(event_type, data))
}

/// A test event with this payload.
pub(super) fn test_event(event_type: EventType, data: Bytes) -> Draft {
    Draft {
        event_type,
        data,
        metadata: Bytes::from_static(br#"{"test":true}"#),
        given_id: None,
        timestamp: None,
        priority: Priority::Normal,
        deliver_at: None,
        idempotency_key: None,
        broke_schema: false,
        trace: None,
        channels: Default::default(),
    }
}

/// The type's example, with fields that mark it as a test.
pub(super) fn example(app: &App, subscription: &Subscription, event_type: &EventType) -> Bytes {
    let catalog = app.catalog();
    let example = catalog.get(event_type.as_str()).and_then(|entry| entry.example.as_ref());
    let mut data: Map<String, Value> = match example.map(JsonObject::to_value) {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    };
    // SubscriptionFields of the example are kept, so that it still matches the type's schema.
    data.entry("test").or_insert_with(|| true.into());
    data.entry("subscription_id").or_insert_with(|| subscription.id.to_string().into());
    data.entry("timestamp").or_insert_with(|| app.clock.now().to_string().into());
    Value::Object(data).to_string().into()
}

/// The first single type that the subscription names, else the catalog's first type that its patterns cover.
pub(super) fn first_type(app: &App, subscription: &Subscription) -> EventType {
    let single = subscription.events.iter().find_map(|pattern| match pattern {
        EventPattern::One(one) => Some(one.clone()),
        EventPattern::All | EventPattern::Below(_) => None,
    });
    let catalog = app.catalog();
    let covered = || catalog.iter().find(|e| subscription.wants(&e.event_type)).map(|e| e.event_type.clone());
    single.or_else(covered).unwrap_or_else(|| EventType::trusted("webhook.test"))
}
