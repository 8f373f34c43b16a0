//! `PATCH /api/v1/webhooks/subscriptions/{id}`.

use super::{
    applied_shape::check_script,
    fields::{EventNames, SubscriptionFields},
    find, ownership, parse,
    shown::SubscriptionShown,
    unchanged, with_health,
};
use crate::{
    App,
    auth::{Member, WriteSubscriptions},
    body::JsonBody,
    problem::{
        Problem,
        kinds::{Contended, DuplicateSubscription, NoSuchSubscription, TooManyTests},
    },
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::FieldErrors;

/// Change a subscription
///
/// Absent fields keep their value, null clears them, and nothing else changes. The profile cannot be changed, and the
/// secret can only be rotated.
#[utoipa::path(patch, path = "/api/v1/webhooks/subscriptions/{id}", tag = "Subscriptions",
    params(("id" = String, Path)), request_body = SubscriptionFields,
    responses((status = 200, body = SubscriptionShown), NoSuchSubscription, Contended, DuplicateSubscription,
        TooManyTests))]
pub(crate) async fn patch(
    State(app): State<App>,
    member: Member<WriteSubscriptions>,
    Path(id): Path<String>,
    JsonBody(fields): JsonBody<SubscriptionFields>,
) -> Result<Json<SubscriptionShown>, Problem> {
    let tenant = member.tenant();
    let mut checked = FieldErrors::default();
    check_script(&app, &fields, &mut checked).await?;
    if app.settings.verify_urls && !fields.url.is_absent() {
        ownership::check_change(&app, &fields, find(&app, tenant, &id).await?).await?;
    }
    let change = |subscription: &mut model::Subscription| {
        let mut faults = checked.clone();
        let profile = fields.profile.as_ref().value();
        if profile.is_some_and(|name| name != subscription.profile.name()) {
            faults.add("profile", "cannot be changed; create another subscription");
        }
        if !fields.secret_type.is_absent() {
            faults.add("secret_type", "cannot be changed; rotate the secret with POST …/rotate-secret");
        }
        if !fields.secret.is_absent() {
            faults.add("secret", "cannot be set; rotate it with POST …/rotate-secret");
        }
        if let Err(more) = fields.apply(&app, subscription, EventNames::InCatalog) {
            faults.0.extend(more.0);
        }
        faults.into_result().map_err(Problem::from)
    };
    let changed = app.engine.control.change_subscription(tenant, parse(&id)?, change).await;
    let subscription = changed.map_err(|fault| unchanged(fault, &id))?;
    Ok(Json(with_health(&app, &subscription, member.sees_secrets()).await?))
}
