//! Subscriptions of the platform API.

pub(crate) mod activate;
mod applied_credentials;
mod applied_policies;
mod applied_shape;
pub(crate) mod check;
pub(crate) mod create;
pub(crate) mod creation;
pub(crate) mod credentials;
pub(crate) mod defaults;
pub(crate) mod delete;
pub(crate) mod deliveries;
pub(crate) mod fields;
pub(crate) mod filter_test;
pub(crate) mod get;
pub(crate) mod health;
pub(crate) mod jwks;
pub(crate) mod list;
pub(crate) mod order;
mod ordered;
mod ownership;
pub(crate) mod patch;
pub(crate) mod pause;
pub(crate) mod policies;
pub(crate) mod reset_breaker;
pub(crate) mod retry;
pub(crate) mod retry_schedule;
pub(crate) mod rotate_secret;
pub(crate) mod secret;
pub(crate) mod shape;
pub(crate) mod shown;
pub(crate) mod test;
pub(crate) mod transformation_test;
pub(crate) mod trial;

use crate::{
    App,
    problem::{
        Problem,
        kinds::{Contended, NoSuchSubscription},
    },
};
use delivery::ChangeError;
use health::HealthOf;
use model::{Subscription, SubscriptionId, SubscriptionState, TenantId};
use shown::SubscriptionShown;

pub(super) fn missing(id: &str) -> Problem {
    NoSuchSubscription::problem(format!("Webhook subscription not found: {id}"))
}

pub(super) fn parse(id: &str) -> Result<SubscriptionId, Problem> {
    SubscriptionId::parse(id).map_err(|_| missing(id))
}

pub(super) async fn find(app: &App, tenant: &TenantId, id: &str) -> Result<Subscription, Problem> {
    app.store.subscription(tenant, parse(id)?).await?.ok_or_else(|| missing(id))
}

/// The problem for a change that was not applied.
fn unchanged(fault: ChangeError<Problem>, id: &str) -> Problem {
    match fault {
        ChangeError::Missing | ChangeError::NoTenant => missing(id),
        ChangeError::Refused(problem) => problem,
        ChangeError::Duplicate => creation::duplicate(),
        ChangeError::Contended => Contended::problem("The subscription is being changed concurrently; try again"),
        ChangeError::Store(fault) => fault.into(),
    }
}

/// A subscription as an answer shows it.
async fn with_health(app: &App, subscription: &Subscription, sees_secrets: bool) -> Result<SubscriptionShown, Problem> {
    let health = HealthOf::read(app, [subscription]).await?;
    Ok(SubscriptionShown::new(subscription, sees_secrets, app.clock.now(), health.shown(subscription)))
}

async fn set_state(app: &App, tenant: &TenantId, id: &str, state: SubscriptionState) -> Result<Subscription, Problem> {
    let set = |subscription: &mut Subscription| {
        match state {
            SubscriptionState::Active => subscription.activate(app.clock.now()),
            other => subscription.state = other,
        }
        Ok(())
    };
    app.engine.control.change_subscription(tenant, parse(id)?, set).await.map_err(|fault| unchanged(fault, id))
}
