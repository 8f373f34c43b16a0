//! `POST /api/v1/events/preview`.

use super::request::EventRequest;
use crate::{
    App,
    auth::{Member, Read},
    body::{self, PUBLISH_MAX, Raw},
    catalog_check::Finding,
    problem::{Problem, kinds::TooLarge},
    quota::Quota,
    schemas::{EventTypeName, ReachName, SubscriptionName},
    warnings::Warnings,
};
use axum::{Json, extract::State};
use delivery::{Reach, Recipient};
use model::{EventType, schema::Breach};
use serde::Serialize;
use utoipa::ToSchema;

/// Maximum number of subscriptions in an answer.
const LISTED: usize = 500;

/// The result of a preview. Nothing was published.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventPreview {
    #[serde(rename = "type")]
    #[schema(value_type = EventTypeName)]
    event_type: EventType,
    /// True when the type is in the catalog and the data fits its schema.
    valid: bool,
    /// True when the event would be accepted: always when it is valid, else only without a strict catalog.
    accepted: bool,
    violations: Vec<Violation>,
    /// Number of deliveries that the event would have.
    deliveries: usize,
    /// The subscriptions of the tenant, those that receive the event first; 500 at most.
    #[schema(max_items = 500)]
    matches: Vec<Match>,
    /// True when the tenant has more subscriptions than `matches` has.
    capped: bool,
}

/// A disagreement between an event and the catalog.
#[derive(Serialize, ToSchema)]
pub(crate) struct Violation {
    /// `type`, or `data` with a JSON pointer to the value.
    #[schema(example = "data/amount")]
    path: String,
    message: String,
}

/// A subscription and its part in the event.
#[derive(Serialize, ToSchema)]
pub(crate) struct Match {
    #[schema(value_type = SubscriptionName)]
    subscription_id: String,
    url: String,
    /// True when the event has a delivery to this subscription.
    matches: bool,
    /// Why: `waits_for_activation` and `dropped` are paused subscriptions that collect events or do not.
    #[schema(value_type = ReachName)]
    reason: &'static str,
    /// With `filtered_out`: the result of the filter, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
}

fn reason(reach: Reach) -> &'static str {
    match reach {
        Reach::Receives => "receives",
        Reach::WaitsForActivation => "waits_for_activation",
        Reach::NotSubscribed => "not_subscribed",
        Reach::OtherChannels => "other_channels",
        Reach::FilteredOut => "filtered_out",
        Reach::Dropped => "dropped",
        Reach::Disabled => "disabled",
    }
}

impl Match {
    fn new(recipient: &Recipient) -> Self {
        Self {
            subscription_id: recipient.subscription.to_string(),
            url: recipient.url.to_string(),
            matches: recipient.reach.is_delivered(),
            reason: reason(recipient.reach),
            explanation: recipient.explanation.clone(),
        }
    }
}

fn violations(finding: &Finding) -> Vec<Violation> {
    match finding {
        Finding::Fits => Vec::new(),
        Finding::Unknown(nearest) => {
            let hint = nearest.as_ref().map(|name| format!("; the nearest name there is {name}")).unwrap_or_default();
            vec![Violation { path: "type".into(), message: format!("is not in the catalog{hint}") }]
        }
        Finding::Breaches(breaches) => {
            let shown = |one: &Breach| Violation { path: format!("data{}", one.pointer), message: one.message.clone() };
            breaches.iter().map(shown).collect()
        }
    }
}

/// Preview an event: who would receive it, and whether it fits the catalog
///
/// With the body of `POST /api/v1/events`. Nothing is stored, counted or sent. A malformed body is refused as by a
/// publish. Needs the scope `webhooks:read`.
#[utoipa::path(post, path = "/api/v1/events/preview", tag = "Events", request_body = EventRequest,
    params(("X-Tenant-Id" = Option<String>, Header, description = "Required with the operator's key")),
    responses((status = 200, body = EventPreview), TooLarge))]
pub(crate) async fn preview(
    State(app): State<App>,
    member: Member<Read>,
    warnings: Warnings,
    body: Raw<PUBLISH_MAX>,
) -> Result<Json<EventPreview>, Problem> {
    let tenant = member.tenant();
    let quota = Quota::of_preview(&app, tenant);
    let event = body::parse::<EventRequest<'_>>(&body, &warnings)?;
    let draft = event.draft(&app, tenant, &quota, "", &warnings)?;
    let data = std::str::from_utf8(&draft.data).unwrap_or_default();
    let finding = app.catalog_check.preview(tenant, &draft.event_type, data, "type")?;
    let valid = matches!(finding, Finding::Fits);
    let recipients = app.engine.previews.recipients(tenant, &draft, LISTED).await;
    Ok(Json(EventPreview {
        valid,
        accepted: valid || !app.catalog_check.is_strict(),
        violations: violations(&finding),
        deliveries: recipients.deliveries,
        capped: recipients.subscriptions > recipients.list.len(),
        matches: recipients.list.iter().map(Match::new).collect(),
        event_type: draft.event_type,
    }))
}
