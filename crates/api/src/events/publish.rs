//! `POST /api/v1/events`: answers 202 only after the commit, so that no accepted event is lost.

use super::request::{EventRequest, idempotency_key, refused, warn_of_difference};
use crate::schemas::{EventTypeName, IdempotencyKey, TenantName};
use crate::{
    App,
    auth::{Member, Publish},
    body::{self, PUBLISH_MAX, Raw},
    problem::{
        Problem,
        kinds::{KeyReused, NotPublished, RateLimited},
    },
    quota::{Quota, RateHeaders},
    trace::Trace,
    warnings::Warnings,
};
use axum::{Json, extract::State};
use delivery::{Published, Want};
use http::{HeaderMap, StatusCode};
use model::{EventType, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// An accepted event. It is durable.
#[derive(Serialize, ToSchema)]
pub(crate) struct Accepted {
    /// Id of the event: your own, or a generated one (`evt_…`).
    #[schema(example = "evt_06f8k2m4q9v1x3z5b7d9f1h3k5")]
    id: String,
    #[serde(rename = "type")]
    #[schema(value_type = EventTypeName)]
    event_type: EventType,
    #[schema(value_type = TenantName)]
    tenant_id: String,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    /// The time before which nothing is sent; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    deliver_at: Option<Timestamp>,
    /// Number of subscriptions to which the event is delivered.
    deliveries: u32,
    /// True when the event was published before: the values are those of the first one, and nothing is delivered again.
    duplicate: bool,
}

impl Accepted {
    pub(super) fn new(app: &App, published: Published) -> Self {
        let Published { event, duplicate, .. } = published;
        Self {
            id: event.public_id(app.settings.ids),
            event_type: event.event_type.clone(),
            tenant_id: event.tenant.to_string(),
            timestamp: event.timestamp,
            deliver_at: event.deliver_at,
            deliveries: event.deliveries,
            duplicate,
        }
    }
}

/// Publish an event
///
/// The call answers when the event is durable. Events count towards the tenant's publish limit. With an `id` or an `Idempotency-Key` it can be repeated safely. Needs
/// the scope `events:publish`.
#[utoipa::path(
    post,
    path = "/api/v1/events",
    tag = "Events",
    request_body = EventRequest,
    params(
        ("Idempotency-Key" = inline(Option<IdempotencyKey>), Header, description = "Publish at most once under this key"),
        ("X-Tenant-Id" = Option<String>, Header, description = "Required with the operator's key"),
    ),
    responses((status = 202, description = "Accepted and durable", body = Accepted), KeyReused, NotPublished,
        RateLimited)
)]
pub(crate) async fn publish(
    State(app): State<App>,
    member: Member<Publish>,
    headers: HeaderMap,
    Trace(trace): Trace,
    warnings: Warnings,
    body: Raw<PUBLISH_MAX>,
) -> Result<(StatusCode, RateHeaders, Json<Accepted>), Problem> {
    let tenant = member.tenant();
    let quota = Quota::of(&app, tenant);
    quota.refuse_if_spent()?;
    let event = body::parse::<EventRequest<'_>>(&body, &warnings)?;
    let mut draft = event.check(&app, tenant, &quota, "", &warnings)?;
    draft.trace = trace;
    draft.idempotency_key = idempotency_key(&headers)?.map(str::to_owned);
    // The journal has a bound of its own for waiting events, so the body's bytes are released here.
    drop(body);
    let mut permit = quota.admit(1)?;
    let published = app.engine.publisher.publish(tenant, vec![draft], Want::Any).await;
    let published = permit.unless_refused(published).map_err(|fault| refused(fault, tenant, false))?;
    let one = published.into_iter().next().ok_or_else(|| NotPublished::problem("Nothing was accepted"))?;
    warn_of_difference(&one, "", &warnings);
    let headers = permit.charge(usize::from(!one.duplicate));
    Ok((StatusCode::ACCEPTED, headers, Json(Accepted::new(&app, one))))
}
