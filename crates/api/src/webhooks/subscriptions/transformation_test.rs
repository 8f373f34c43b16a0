//! `POST /api/v1/webhooks/subscriptions/transformation-test`.

use super::{
    check::PreviewShown,
    defaults::blank,
    fields::SubscriptionFields,
    shape::{RequestFields, TransformationFields},
    trial::TrialEvent,
};
use crate::{
    App,
    auth::{Member, WriteSubscriptions},
    body::{self, PUBLISH_MAX, Patch, Raw, text},
    problem::{
        Problem,
        kinds::{NoSuchEvent, TooManyTests},
    },
    schemas::ProfileName,
    warnings::Warnings,
    webhooks::secrets::generate,
};
use axum::{Json, extract::State};
use delivery::{DryRun, DryRunEnd};
use model::{FieldErrors, SubscriptionUrl};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A transformation, the subscription's fields that it works on, and an event to try it on.
#[derive(Deserialize, ToSchema)]
#[schema(as = TransformationTestRequest)]
pub(crate) struct TransformationTest<'a> {
    #[serde(default)]
    #[schema(value_type = Option<TransformationFields>, required = true)]
    transformation: Patch<TransformationFields>,
    /// The URL of the subscription; a place holder when absent. Nothing is sent to it.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>, max_length = 2048)]
    url: Patch<String>,
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<ProfileName>, default = "platform")]
    profile: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    headers: Patch<Map<String, Value>>,
    #[serde(default)]
    #[schema(value_type = Option<RequestFields>)]
    request: Patch<RequestFields>,
    #[serde(borrow)]
    event: TrialEvent<'a>,
}

/// The result of a dry run.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransformationTestResult {
    /// `sends`: the request would be sent. `drops`: the delivery would end without a request. `fails`: the attempt would
    /// fail.
    #[schema(value_type = DryRunName)]
    result: &'static str,
    /// With `fails`: why.
    fault: Option<ScriptFaultShown>,
    /// With `sends`: the request.
    request: Option<PreviewShown>,
    /// The lines that the script wrote with `console.log`.
    console: Vec<String>,
    /// Milliseconds that the script ran; null for a template.
    duration_ms: Option<f64>,
}

/// The end of a dry run.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only the schema is used")]
pub(crate) enum DryRunName {
    Sends,
    Drops,
    Fails,
}

/// A fault of a script.
#[derive(Serialize, ToSchema)]
#[schema(as = ScriptFault)]
pub(crate) struct ScriptFaultShown {
    message: String,
    /// Counted from 1; null when the fault has no place in the script.
    line: Option<u32>,
    column: Option<u32>,
}

/// Try a transformation on an event
///
/// A dry run: nothing is stored or sent. The answer has the request that would be sent, or the script's fault, and what
/// it wrote to the console. A tenant may have 8 dry runs, checks and tests in flight. Needs the scope `webhooks:manage`.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions/transformation-test", tag = "Subscriptions",
    request_body = TransformationTest,
    params(("X-Tenant-Id" = Option<String>, Header, description = "Required with the operator's key")),
    responses((status = 200, body = TransformationTestResult), NoSuchEvent, TooManyTests))]
pub(crate) async fn transformation_test(
    State(app): State<App>,
    member: Member<WriteSubscriptions>,
    warnings: Warnings,
    body: Raw<PUBLISH_MAX>,
) -> Result<Json<TransformationTestResult>, Problem> {
    let tenant = member.tenant();
    let TransformationTest { transformation, url, profile, headers, request, event } =
        body::parse::<TransformationTest<'_>>(&body, &warnings)?;
    let mut faults = FieldErrors::default();
    if transformation.is_absent() {
        faults.add("transformation", "is missing");
    }
    let fields = SubscriptionFields { transformation, url, profile, headers, request, ..SubscriptionFields::default() };
    let profile = fields.profile(&mut faults);
    let mut subscription = blank(&app, tenant, profile);
    subscription.url = SubscriptionUrl::stored("https://receiver.example/").unwrap_or(subscription.url);
    subscription.secrets.extend(generate(&app, profile));
    fields.apply_for_preview(&app, &mut subscription, &mut faults);
    faults.into_result()?;
    let draft = event.draft(&app, tenant).await?;
    let _room = app
        .engine
        .previews
        .room(tenant)
        .ok_or_else(|| TooManyTests::problem("Too many tests are in flight; wait for their responses"))?;
    let DryRun { end, console, took } =
        app.engine.previews.dry_run(subscription, &draft).await.map_err(|fault| {
            Problem::busy("The transformation cannot be run now; try again shortly").because(&fault)
        })?;
    let (result, fault, request) = match end {
        DryRunEnd::Sends(request) => ("sends", None, Some(PreviewShown::new(&request))),
        DryRunEnd::Drops => ("drops", None, None),
        DryRunEnd::Fails { message, line, column } => ("fails", Some(ScriptFaultShown { message, line, column }), None),
    };
    let duration_ms = took.map(|took| took.as_micros() as f64 / 1_000.0);
    Ok(Json(TransformationTestResult { result, fault, request, console, duration_ms }))
}
