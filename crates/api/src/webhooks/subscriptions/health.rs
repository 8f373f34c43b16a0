//! Health of subscriptions, as the platform API shows and filters it.

use crate::{App, problem::Problem, query::parameters::ParameterValue, schemas::HealthName};
use model::{
    Subscription, SubscriptionId, TenantId, Timestamp,
    policy::health::{EndpointHealth, HealthState, Recent, assess},
    statistics::Hour,
};
use serde::Serialize;
use std::collections::HashMap;
use storage::HealthFilter;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

/// Health of a subscription's receiver.
#[derive(Serialize, ToSchema)]
#[schema(as = EndpointHealth)]
pub(crate) struct HealthShown {
    /// `healthy`, `degraded` (some attempts fail) or `failing` (nothing is delivered).
    #[schema(value_type = HealthName)]
    state: &'static str,
    /// For a healthy one: since the last failure, or since its creation.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    reason: String,
    /// Advice; null when there is nothing to do.
    next_step: Option<String>,
}

impl From<EndpointHealth> for HealthShown {
    fn from(health: EndpointHealth) -> Self {
        let EndpointHealth { state, since, reason, next_step } = health;
        Self { state: state.name(), since, reason, next_step }
    }
}

impl ParameterValue for HealthState {
    fn schema() -> RefOr<Schema> {
        HealthName::schema()
    }

    fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        Self::parse(text).ok_or_else(|| Problem::invalid(name, "must be healthy, degraded or failing"))
    }
}

/// The first hour whose attempts count as recent: the one before the present one.
fn recent_from(now: Timestamp) -> Hour {
    Hour::of(now).after(-1)
}

/// The filter of lists by health.
pub(crate) fn filter(app: &App, wanted: HealthState) -> HealthFilter {
    let default = app.engine.control.policy_defaults().auto_disable;
    HealthFilter { wanted, from: recent_from(app.clock.now()), default }
}

/// Health of the subscriptions of an answer.
pub(crate) struct HealthOf<'a> {
    app: &'a App,
    recent: HashMap<(TenantId, SubscriptionId), Recent>,
}

impl<'a> HealthOf<'a> {
    /// Reads the recent attempts of these subscriptions.
    pub(crate) async fn read(app: &'a App, of: impl IntoIterator<Item = &Subscription>) -> Result<Self, Problem> {
        let keys: Vec<_> = of.into_iter().map(|one| (one.tenant.clone(), one.id)).collect();
        let found = app.store.recent_attempts(&keys, recent_from(app.clock.now())).await?;
        Ok(Self { app, recent: keys.into_iter().zip(found).collect() })
    }

    pub(crate) fn shown(&self, of: &Subscription) -> HealthShown {
        let recent = self.recent.get(&(of.tenant.clone(), of.id)).copied().unwrap_or_default();
        assess(of, recent, self.app.engine.control.policy_defaults().auto_disable).into()
    }
}
