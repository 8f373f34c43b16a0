//! `POST /api/v1/tenant/webhooks/deliveries`.

use crate::{
    App,
    auth::{Member, Publish},
    body::{PUBLISH_MAX, Raw, parse},
    catalog_check::{FieldNames, Misfit},
    events::request::{check_object, idempotency_key, refused},
    problem::{
        Problem,
        kinds::{BadRequest, KeyReused, NoActiveSubscriptions, NotPublished, RateLimited},
    },
    quota::{Quota, RateHeaders},
    schemas::TenantEventName,
    tenant_webhooks::event_name,
    trace::Trace,
    warnings::Warnings,
};
use axum::{Json, extract::State};
use bytes::Bytes;
use delivery::{Draft, PublishError, Want};
use http::{HeaderMap, StatusCode};
use model::{FieldErrors, Priority};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use utoipa::ToSchema;

/// An event to publish.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewTenantDelivery<'a> {
    /// Event type, `resource.action`; trimmed and lower-cased.
    #[serde(borrow)]
    #[schema(value_type = TenantEventName, example = "invoice.created")]
    event: Cow<'a, str>,
    /// Any JSON object. Receivers get it byte for byte.
    #[serde(borrow)]
    #[schema(value_type = Object)]
    payload: &'a RawValue,
}

/// The number of deliveries that were queued.
#[derive(Serialize, ToSchema)]
pub(crate) struct Queued {
    queued: bool,
    count: u32,
    message: String,
}

/// Publish an event
///
/// The call answers when the event is durable. 404 when no active subscription matches it. Needs the scope
/// `events:publish`.
#[utoipa::path(post, path = "/api/v1/tenant/webhooks/deliveries", tag = "Tenant deliveries",
    request_body = NewTenantDelivery,
    responses((status = 202, body = Queued), NoActiveSubscriptions, KeyReused, NotPublished, RateLimited))]
pub(crate) async fn create(
    State(app): State<App>,
    member: Member<Publish>,
    headers: HeaderMap,
    Trace(trace): Trace,
    warnings: Warnings,
    raw: Raw<PUBLISH_MAX>,
) -> Result<(StatusCode, RateHeaders, Json<Queued>), Problem> {
    let tenant = member.tenant();
    let body: NewTenantDelivery<'_> = parse(&raw, &warnings)?;
    let mut faults = FieldErrors::default();
    let event_type = faults.take("event", event_name(&body.event));
    faults.take("payload", check_object(&app, body.payload, "payload", &warnings));
    let quota = Quota::of(&app, tenant);
    quota.check_size("payload", body.payload.get().len())?;
    faults.into_result()?;
    let Some(event_type) = event_type else { return Err(BadRequest::problem("The event is malformed")) };
    let names = FieldNames { type_field: "event", data_field: "payload", warnings: &warnings };
    let misfit = app.catalog_check.check(tenant, &event_type, body.payload.get(), &names)?;
    let draft = Draft {
        event_type: event_type.clone(),
        data: Bytes::copy_from_slice(body.payload.get().as_bytes()),
        metadata: Bytes::new(),
        given_id: None,
        timestamp: None,
        priority: Priority::Normal,
        deliver_at: None,
        idempotency_key: idempotency_key(&headers)?.map(str::to_owned),
        broke_schema: misfit == Some(Misfit::Schema),
        trace,
        channels: Default::default(),
    };
    // The journal has a bound of its own for waiting events, so the body's bytes are released here.
    drop(raw);
    let mut permit = quota.admit(1)?;
    let published = app.engine.publisher.publish(tenant, vec![draft], Want::Active).await;
    let published = permit.unless_refused(published).map_err(|fault| match fault {
        PublishError::NoSubscription => {
            NoActiveSubscriptions::problem(format!("No active webhook subscriptions for event: {event_type}"))
        }
        fault => refused(fault, tenant, false),
    })?;
    let count = published.first().map_or(0, |one| one.event.deliveries);
    let headers = permit.charge(published.iter().filter(|one| !one.duplicate).count());
    Ok((
        StatusCode::ACCEPTED,
        headers,
        Json(Queued { queued: true, count, message: format!("Enqueued {count} deliveries") }),
    ))
}
