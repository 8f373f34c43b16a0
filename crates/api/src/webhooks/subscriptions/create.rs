//! `POST /api/v1/webhooks/subscriptions`.

use super::{
    fields::{EventNames, Fields},
    shown::{CreatedSubscription, SubscriptionShown},
};
use crate::{
    App,
    auth::{Manage, Member},
    body::Json as Body,
    problem::Problem,
    webhooks::secrets::generate,
};
use axum::{Json, extract::State};
use delivery::ChangeError;
use http::StatusCode;
use model::{
    FieldErrors, JsonObject, Profile, Subscription, SubscriptionState, SubscriptionUrl, TenantId,
    subscription::{SubscriptionStats, TIMEOUT_DEFAULT},
};
use std::time::Duration;

/// Subscribe a URL
///
/// The response has the signing secret, which is shown only this once. A tenant has at most 60,000 subscriptions; one
/// more is refused with the code `too_many_subscriptions`. Needs the scope `webhooks:manage`.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions", tag = "Subscriptions", request_body = Fields,
    responses((status = 201, body = CreatedSubscription)))]
pub(crate) async fn create(
    State(app): State<App>,
    member: Member<Manage>,
    Body(fields): Body<Fields>,
) -> Result<(StatusCode, Json<CreatedSubscription>), Problem> {
    let subscription = make(&app, member.tenant(), &fields, EventNames::InCatalog).await?;
    let secret = subscription.secrets.first().map(|secret| secret.value.clone());
    let shown = SubscriptionShown::new(&subscription, true);
    Ok((StatusCode::CREATED, Json(CreatedSubscription { shown, secret })))
}

/// Validates and stores a new subscription.
pub(crate) async fn make(
    app: &App,
    tenant: &TenantId,
    fields: &Fields,
    names: EventNames,
) -> Result<Subscription, Problem> {
    let mut faults = FieldErrors::default();
    let profile = fields.profile(&mut faults);
    let secret = fields.secret(profile, &mut faults).or_else(|| generate(app, profile));
    let mut subscription = blank(app, tenant, profile);
    subscription.secrets.extend(secret);
    if fields.url.is_none() {
        faults.add("url", "is missing");
    }
    if fields.events.is_none() && fields.event_types.is_none() {
        faults.add("events", "is missing; it must name at least one event type");
    }
    if let Err(more) = fields.apply(app, &mut subscription, names) {
        faults.0.extend(more.0);
    }
    faults.into_result()?;
    store(app, subscription).await
}

/// A subscription with default values, of which only tenant and profile are set.
pub(crate) fn blank(app: &App, tenant: &TenantId, profile: Profile) -> Subscription {
    let now = app.clock.now().to_millis();
    Subscription {
        id: app.ids.subscription(now),
        tenant: tenant.clone(),
        url: SubscriptionUrl::unset(),
        description: None,
        events: Vec::new(),
        headers: Vec::new(),
        state: SubscriptionState::Active,
        profile,
        retry_enabled: true,
        max_retries: default_retries(app, profile),
        timeout: Duration::from_secs(TIMEOUT_DEFAULT),
        secrets: Vec::new(),
        metadata: JsonObject::default(),
        stats: SubscriptionStats::default(),
        is_unique: false,
        revision: 0,
        created_at: now,
        updated_at: now,
    }
}

/// Default of `max_retries`: the configured number for profiles with exponential backoff, else the profile's own.
pub(super) fn default_retries(app: &App, profile: Profile) -> u8 {
    let rules = profile.rules();
    if rules.schedule == model::retry::Schedule::Exponential { app.settings.max_retries } else { rules.max_retries }
}

pub(crate) fn duplicate() -> Problem {
    Problem::conflict("An active subscription with the same event and URL exists already")
        .with_code("duplicate_subscription")
}

pub(crate) async fn store(app: &App, subscription: Subscription) -> Result<Subscription, Problem> {
    let most = app.settings.subscriptions_max;
    if app.engine.control.count_subscriptions(&subscription.tenant) >= most {
        let detail = format!("The tenant has {most} subscriptions, which is the maximum: delete some first");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many_subscriptions", detail));
    }
    app.engine.control.create_subscription(subscription.clone()).await.map_err(|fault| match fault {
        ChangeError::Store(fault) => fault.into(),
        ChangeError::Duplicate => duplicate(),
        _ => Problem::not_found(format!("Tenant not found: {}", subscription.tenant)),
    })?;
    Ok(subscription)
}
