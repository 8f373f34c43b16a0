//! `POST /api/v1/tenant/webhooks/subscriptions`.

use super::TenantSubscription;
use crate::{
    App,
    auth::{Member, WriteSubscriptions},
    body::JsonBody,
    problem::{
        Problem,
        kinds::{DuplicateSubscription, TooManySubscriptions, TooManyTests},
    },
    schemas::TenantEventName,
    tenant_webhooks::event_name,
    webhooks::{
        secrets::{check_given_by_tenant, current},
        subscriptions::{creation::store, defaults::blank},
    },
};
use axum::{Json, extract::State};
use http::StatusCode;
use model::{EventPattern, FieldErrors, Profile, SubscriptionUrl, url_rules};
use serde::Deserialize;
use utoipa::ToSchema;

/// A subscription to create.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewTenantSubscription {
    /// Event type, `resource.action`; trimmed and lower-cased.
    #[schema(value_type = TenantEventName, example = "invoice.created")]
    event: String,
    /// URL that receives the events; it begins with `https://`.
    #[schema(example = "https://example.com/webhooks", min_length = 10, max_length = 2048)]
    url: String,
    /// Signing secret; without it requests are not signed. Outer blanks are cut; base64 must follow `whsec_`.
    #[serde(default)]
    #[schema(min_length = 8, max_length = 500)]
    secret: Option<String>,
}

const URL_MIN: usize = 10;

/// Subscribe a URL to one event
///
/// Needs the scope `webhooks:manage`.
#[utoipa::path(post, path = "/api/v1/tenant/webhooks/subscriptions", tag = "Tenant subscriptions",
    request_body = NewTenantSubscription,
    responses((status = 201, body = TenantSubscription), DuplicateSubscription, TooManySubscriptions,
        TooManyTests))]
pub(crate) async fn create(
    State(app): State<App>,
    member: Member<WriteSubscriptions>,
    JsonBody(body): JsonBody<NewTenantSubscription>,
) -> Result<(StatusCode, Json<TenantSubscription>), Problem> {
    let tenant = member.tenant();
    let mut faults = FieldErrors::default();
    let event = faults.take("event", event_name(&body.event));
    let url = body.url.trim();
    let checked = if url.chars().count() < URL_MIN {
        Err(format!("must have {URL_MIN} to {} characters", url_rules::MAX))
    } else {
        SubscriptionUrl::parse(url, app.settings.allow_http)
            .map_err(|fault| fault.to_string())
            .and_then(|url| app.engine.control.check_url(tenant, &url).map(|()| url).map_err(|fault| fault.to_string()))
    };
    let url = faults.take("url", checked);
    // Forms that were not filled in send an empty secret.
    let given = body.secret.as_deref().filter(|secret| !secret.is_empty());
    let secret = given.and_then(|given| faults.take("secret", check_given_by_tenant(given)));
    faults.into_result()?;
    let mut subscription = blank(&app, tenant, Profile::Tenant);
    if let Some(url) = url {
        subscription.url = url;
    }
    subscription.events = event.into_iter().map(EventPattern::One).collect();
    subscription.timeout = app.settings.timeout;
    subscription.secrets = secret.map(|value| current(value.to_owned())).into_iter().collect();
    subscription.is_unique = true;
    let subscription = store(&app, subscription).await?;
    Ok((StatusCode::CREATED, Json(TenantSubscription::from(&subscription))))
}
