//! `POST /api/v1/webhooks/subscriptions/filter-test`.

use super::{
    shape::{FilterFault, check_filter},
    trial::TrialEvent,
};
use crate::{
    App,
    auth::{Member, Read},
    body::{self, PUBLISH_MAX, Raw},
    problem::{Problem, kinds::NoSuchEvent},
    schemas::EventTypeName,
    warnings::Warnings,
};
use axum::{Json, extract::State};
use model::EventType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A filter and an event to try it on.
#[derive(Deserialize, ToSchema)]
#[schema(as = FilterTestRequest)]
pub(crate) struct FilterTest<'a> {
    #[schema(min_length = 1, max_length = 4000, example = "data.amount > 100")]
    filter: String,
    #[serde(borrow)]
    event: TrialEvent<'a>,
}

/// The result of a trial.
#[derive(Serialize, ToSchema)]
pub(crate) struct FilterTestResult {
    /// False for a filter that a subscription cannot have.
    valid: bool,
    /// The first fault of the filter; null when it is valid.
    fault: Option<FilterFaultShown>,
    /// True when the event would go to the subscription; null when the filter is not valid.
    matches: Option<bool>,
    /// Why the event would not go to it, as a sentence.
    explanation: Option<String>,
    #[schema(value_type = EventTypeName)]
    event_type: EventType,
}

/// A fault of a filter and its place.
#[derive(Serialize, ToSchema)]
#[schema(as = FilterFault)]
pub(crate) struct FilterFaultShown {
    message: String,
    /// Counted from 1; null for a fault of the whole filter.
    line: Option<usize>,
    /// In characters, counted from 1.
    column: Option<usize>,
}

impl FilterFaultShown {
    fn new(fault: &FilterFault) -> Self {
        match fault {
            FilterFault::Malformed(fault) => {
                Self { message: fault.message.to_string(), line: Some(fault.line), column: Some(fault.column) }
            }
            FilterFault::Empty | FilterFault::TooLong => Self { message: fault.to_string(), line: None, column: None },
        }
    }
}

/// Try a filter on an event
///
/// The event is a published one, or a type's example, or given data. Nothing is stored. A filter that is not valid is no
/// error of this call: the answer has its fault. Needs the scope `webhooks:read`.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions/filter-test", tag = "Subscriptions", request_body = FilterTest,
    params(("X-Tenant-Id" = Option<String>, Header, description = "Required with the operator's key")),
    responses((status = 200, body = FilterTestResult), NoSuchEvent))]
pub(crate) async fn filter_test(
    State(app): State<App>,
    member: Member<Read>,
    warnings: Warnings,
    body: Raw<PUBLISH_MAX>,
) -> Result<Json<FilterTestResult>, Problem> {
    let tenant = member.tenant();
    let request = body::parse::<FilterTest<'_>>(&body, &warnings)?;
    let draft = request.event.draft(&app, tenant).await?;
    let event_type = draft.event_type.clone();
    let result = match check_filter(request.filter.trim()) {
        Err(fault) => FilterTestResult {
            valid: false,
            fault: Some(FilterFaultShown::new(&fault)),
            matches: None,
            explanation: None,
            event_type,
        },
        Ok(filter) => {
            let explanation = app.engine.previews.decide(filter, tenant, &draft).await.err();
            FilterTestResult { valid: true, fault: None, matches: Some(explanation.is_none()), explanation, event_type }
        }
    };
    Ok(Json(result))
}
