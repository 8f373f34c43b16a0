//! `POST /api/v1/webhooks/subscriptions/check`.

use super::{
    defaults::blank,
    fields::{EventNames, SubscriptionFields},
    shape::{BatchingFields, RequestFields, TransformationFields},
    test::{example, first_type, test_event},
};
use crate::{
    App,
    auth::{Member, WriteSubscriptions},
    body::{JsonBody, Patch, text},
    problem::{Problem, kinds::TooManyTests},
    schemas::{EventTypeName, MethodName, PayloadFormName, ProfileName},
    webhooks::{deliveries::get::object, secrets::generate},
};
use axum::{Json, extract::State};
use delivery::{NoPreview, RequestPreview, Unreachable};
use model::{EventType, FieldErrors, Invalid};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The fields of a subscription that decide its requests.
#[derive(Deserialize, ToSchema)]
#[schema(as = SubscriptionCheckRequest)]
pub(crate) struct CheckRequest {
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = String, max_length = 2048, example = "https://example.com/webhooks")]
    url: Patch<String>,
    /// Wire style: `platform`, `tenant` or `standard`.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<ProfileName>, default = "platform")]
    profile: Patch<String>,
    /// Custom headers.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    headers: Patch<Map<String, Value>>,
    #[serde(default)]
    #[schema(value_type = Option<TransformationFields>)]
    transformation: Patch<TransformationFields>,
    #[serde(default)]
    #[schema(value_type = Option<RequestFields>)]
    request: Patch<RequestFields>,
    #[serde(default)]
    #[schema(value_type = Option<BatchingFields>)]
    batching: Patch<BatchingFields>,
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<PayloadFormName>, default = "full")]
    payload: Patch<String>,
    /// Event type of the previewed request; its payload is the type's example.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<EventTypeName>, example = "invoice.created")]
    event_type: Patch<String>,
}

/// The result of a check. Nothing was stored, and nothing was sent.
#[derive(Serialize, ToSchema)]
#[schema(as = SubscriptionCheck)]
pub(crate) struct CheckResult {
    /// True when there is no problem.
    ok: bool,
    problems: Vec<FieldProblem>,
    /// The request of such a subscription; null when a field is invalid, or the transformation drops the delivery.
    preview: Option<PreviewShown>,
}

/// A field that would be refused, or a receiver that cannot be reached.
#[derive(Serialize, ToSchema)]
#[schema(as = SubscriptionProblem)]
pub(crate) struct FieldProblem {
    #[schema(example = "url")]
    field: String,
    message: String,
}

/// A request as it would be sent.
#[derive(Serialize, ToSchema)]
#[schema(as = RequestPreview)]
pub(crate) struct PreviewShown {
    #[schema(value_type = MethodName)]
    method: &'static str,
    url: String,
    /// All headers but `Host` and `Content-Length`. Values of credentials are masked; signatures are those of a secret
    /// that was made for this preview.
    #[schema(value_type = Object)]
    headers: Map<String, Value>,
    body: String,
}

impl PreviewShown {
    pub(super) fn new(preview: &RequestPreview) -> Self {
        let body = String::from_utf8_lossy(&preview.body).into_owned();
        Self { method: preview.method.name(), url: preview.url.clone(), headers: object(&preview.headers), body }
    }
}

/// Check the URL of a subscription before it is created, and preview its requests
///
/// The host name is resolved, and the address policy is applied to its addresses; no connection is made. A tenant may
/// have 8 checks and tests in flight. Needs the scope `webhooks:manage`.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions/check", tag = "Subscriptions", request_body = CheckRequest,
    responses((status = 200, body = CheckResult), TooManyTests))]
pub(crate) async fn check(
    State(app): State<App>,
    member: Member<WriteSubscriptions>,
    JsonBody(request): JsonBody<CheckRequest>,
) -> Result<Json<CheckResult>, Problem> {
    let tenant = member.tenant();
    let mut faults = FieldErrors::default();
    let CheckRequest { url, profile, headers, transformation, request, batching, payload, event_type } = request;
    let has_url = url.as_ref().value().is_some_and(|url| !url.is_empty());
    if !has_url {
        faults.add("url", "is missing");
    }
    let url = if has_url { url } else { Patch::Absent };
    let fields = SubscriptionFields {
        url,
        profile,
        headers,
        transformation,
        request,
        batching,
        payload,
        ..SubscriptionFields::default()
    };
    let profile = fields.profile(&mut faults);
    let mut subscription = blank(&app, tenant, profile);
    subscription.secrets.extend(generate(&app, profile));
    if let Err(more) = fields.apply(&app, &mut subscription, EventNames::InCatalog) {
        faults.0.extend(more.0);
    }
    let event_type = match event_type.as_ref().value() {
        Some(text) => faults.take("event_type", EventType::parse(text)),
        None => Some(first_type(&app, &subscription)),
    };
    let mut preview = None;
    if let (true, Some(event_type)) = (faults.0.is_empty(), event_type) {
        let draft = test_event(event_type.clone(), example(&app, &subscription, &event_type));
        let url = subscription.url.clone();
        match app.engine.previews.request(subscription, &draft).await {
            Ok(request) => preview = Some(PreviewShown::new(&request)),
            Err(NoPreview::Dropped) => {}
            Err(NoPreview::Fault(message)) => faults.add("transformation", message),
            Err(fault @ NoPreview::Local(_)) => {
                return Err(Problem::busy("The request cannot be formed now; try again shortly").because(&fault));
            }
        }
        match app.engine.previews.reach(tenant, &url).await {
            Ok(()) => {}
            Err(Unreachable::Refused(fault)) => faults.add("url", fault.message),
            Err(Unreachable::Local(fault)) => {
                return Err(Problem::busy("The host name cannot be resolved now; try again shortly").because(&fault));
            }
            Err(Unreachable::TooMany) => {
                return Err(TooManyTests::problem("Too many tests are in flight; wait for their responses"));
            }
        }
    }
    let shown = |Invalid { field, message }: Invalid| FieldProblem { field, message };
    let problems: Vec<FieldProblem> = faults.0.into_iter().map(shown).collect();
    Ok(Json(CheckResult { ok: problems.is_empty(), problems, preview }))
}
