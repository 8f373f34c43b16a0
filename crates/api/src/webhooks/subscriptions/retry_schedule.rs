//! `GET /api/v1/webhooks/subscriptions/{id}/retry-schedule`.

use super::find;
use crate::{
    App,
    auth::{Member, Read},
    problem::{Problem, kinds::NoSuchSubscription},
    query::parameters::parameters,
    schemas::{ConditionName, EventTypeName, SubscriptionName},
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::{EventType, Timestamp, retry::PlannedAttempt};
use serde::Serialize;
use utoipa::ToSchema;

parameters! {
    ScheduleParameters {
        /// When the event is accepted; default: now
        from: Timestamp = "from";
        /// The event type, if it has retry rules of its own
        event_type: EventType = "event_type";
    }
}

/// The attempts of a delivery that fails each time.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetryPlan {
    #[schema(value_type = SubscriptionName)]
    subscription_id: String,
    /// Null: any type without rules of its own.
    #[schema(value_type = Option<EventTypeName>)]
    event_type: Option<String>,
    /// When the event is accepted.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Number of retries after the first attempt.
    retries: u8,
    jitter: f64,
    /// The results that are retried; null: those of the profile.
    #[schema(value_type = Option<Vec<ConditionName>>)]
    retry_on: Option<Vec<String>>,
    /// No attempt is made after this time. Attempts that cannot come before it are left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    attempts: Vec<PlannedAttemptShown>,
}

/// A planned attempt. The range of jitter adds up over the attempts before it.
#[derive(Serialize, ToSchema)]
#[schema(as = PlannedAttempt)]
pub(crate) struct PlannedAttemptShown {
    /// Counted from 1.
    number: u32,
    /// Seconds since the attempt before, without jitter.
    delay_seconds: f64,
    #[schema(value_type = String, format = DateTime)]
    earliest: Timestamp,
    /// Without jitter.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    latest: Timestamp,
}

impl From<PlannedAttempt> for PlannedAttemptShown {
    fn from(PlannedAttempt { number, delay, earliest, at, latest }: PlannedAttempt) -> Self {
        Self { number, delay_seconds: delay.as_secs_f64(), earliest, at, latest }
    }
}

/// Show the retry schedule of a subscription
///
/// The times of all attempts of a delivery that is accepted now, or at `from`, and fails each time. The duration of
/// the attempts and `Retry-After` are not foreseen: each delay begins when the attempt before it has ended.
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions/{id}/retry-schedule", tag = "Subscriptions",
    params(("id" = String, Path), ScheduleParameters),
    responses((status = 200, body = RetryPlan), NoSuchSubscription))]
pub(crate) async fn retry_schedule(
    State(app): State<App>,
    member: Member<Read>,
    Path(id): Path<String>,
    parameters: ScheduleParameters,
) -> Result<Json<RetryPlan>, Problem> {
    let subscription = find(&app, member.tenant(), &id).await?;
    let retries = app.engine.control.retries(&subscription);
    let policy = parameters.event_type.as_ref().map_or(retries.of_others(), |one| retries.of(one.as_str()));
    let from = parameters.from.unwrap_or_else(|| app.clock.now()).to_millis();
    let plan = policy.plan(from);
    Ok(Json(RetryPlan {
        subscription_id: subscription.id.to_string(),
        event_type: parameters.event_type.map(|one| one.as_str().to_owned()),
        from,
        retries: policy.retries(),
        jitter: policy.jitter(),
        retry_on: policy.retry_on().map(|on| on.conditions().iter().map(ToString::to_string).collect()),
        expires_at: plan.expires_at,
        attempts: plan.attempts.into_iter().map(PlannedAttemptShown::from).collect(),
    }))
}
