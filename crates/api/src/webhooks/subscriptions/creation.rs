//! Creates subscriptions, for all forms of the API.

use super::{
    applied_shape::check_script,
    defaults::blank,
    fields::{EventNames, SubscriptionFields},
    ownership,
};
use crate::{
    App,
    problem::{
        Problem,
        kinds::{DuplicateSubscription, NoSuchTenant, TooManySubscriptions},
    },
    webhooks::secrets::{current, generate, generate_of, secret_type},
};
use delivery::ChangeError;
use model::{FieldErrors, Subscription, TenantId, policy::TenantLimit};
use tokio::sync::MutexGuard;

/// Validates and stores a new subscription.
pub(crate) async fn make(
    app: &App,
    tenant: &TenantId,
    fields: &SubscriptionFields,
    names: EventNames,
) -> Result<Subscription, Problem> {
    let mut faults = FieldErrors::default();
    let profile = fields.profile(&mut faults);
    let given = fields.secret(profile, &mut faults);
    let kind = secret_type(&fields.secret_type, "secret_type", &mut faults);
    if given.is_some() && kind.is_some() {
        faults.add("secret_type", "must be absent when a secret is given");
    }
    let secret = given.or_else(|| match kind {
        Some(kind) => Some(current(generate_of(app, kind))),
        None => generate(app, profile),
    });
    let mut subscription = blank(app, tenant, profile);
    subscription.secrets.extend(secret);
    if fields.url.is_absent() {
        faults.add("url", "is missing");
    }
    if fields.events.is_absent() && fields.event_types.is_absent() {
        faults.add("events", "is missing; it must name at least one event type");
    }
    if let Err(more) = fields.apply(app, &mut subscription, names) {
        faults.0.extend(more.0);
    }
    check_script(app, fields, &mut faults).await?;
    faults.into_result()?;
    store(app, subscription).await
}

pub(crate) fn duplicate() -> Problem {
    DuplicateSubscription::problem("An active subscription with the same event and URL exists already")
}

/// Refuses a further subscription of a tenant that has as many as it may have.
async fn check_count<'a>(app: &'a App, tenant: &TenantId) -> Result<Option<MutexGuard<'a, ()>>, Problem> {
    let most = app.settings.subscriptions_max;
    if app.engine.control.count_subscriptions(tenant) >= most {
        let detail = format!("The tenant has {most} subscriptions, which is the maximum: delete some first");
        return Err(TooManySubscriptions::problem(detail));
    }
    let Some(limit) = app.engine.limits.of(tenant).and_then(|limited| limited.effective.subscriptions) else {
        return Ok(None);
    };
    let counting = app.counting.lock().await;
    let has = app.engine.control.count_subscriptions(tenant);
    if has >= limit as usize {
        app.engine.limits.reached(tenant, TenantLimit::Subscriptions);
        let detail = format!("The tenant has {has} subscriptions, and its limit is {limit}: delete some first");
        return Err(TooManySubscriptions::problem(detail));
    }
    Ok(Some(counting))
}

pub(crate) async fn store(app: &App, subscription: Subscription) -> Result<Subscription, Problem> {
    ownership::check(app, &subscription).await?;
    // Held until the subscription is stored, so that two of them cannot both be the last one that fits.
    let _counting = check_count(app, &subscription.tenant).await?;
    app.engine.control.create_subscription(subscription.clone()).await.map_err(|fault| match fault {
        ChangeError::Store(fault) => fault.into(),
        ChangeError::Duplicate => duplicate(),
        ChangeError::NoTenant => NoSuchTenant::problem(format!("Tenant not found: {}", subscription.tenant)),
        // A creation reads no earlier subscription, so none can be missing, refused or changed by others.
        ChangeError::Missing | ChangeError::Refused(()) | ChangeError::Contended => Problem::internal().because(&fault),
    })?;
    Ok(subscription)
}
