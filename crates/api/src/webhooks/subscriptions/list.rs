//! `GET /api/v1/webhooks/subscriptions`.

use super::{
    health::{self, HealthOf},
    shown::SubscriptionShown,
};
use crate::{
    App,
    auth::{Member, Read},
    pages::COUNT_MAX,
    problem::Problem,
    query::{InTenant, ListQuery, Part, SubscriptionType, parameters::parameters},
    room::Room,
    schemas::Limit500,
};
use axum::{extract::State, response::Response};
use model::{Subscription, SubscriptionId, policy::health::HealthState};
use storage::{ListScope, SubscriptionFilter};

parameters! {
    /// The filters of a list of subscriptions.
    SubscriptionParameters {
        /// Only active subscriptions, or only inactive ones
        is_active: bool = "is_active";
        /// Only subscriptions that receive this type
        event_type: SubscriptionType = "event_type";
        /// Only subscriptions whose URL contains this text
        url: Part = "url";
        /// Only subscriptions with this health. A page then scans about 10,000 subscriptions at most, so it may have fewer
        /// rows than `limit`, or none, although the `Link` header names a next page
        health: HealthState = "health";
    }
}

impl SubscriptionParameters {
    pub(crate) fn filter(&self, app: &App) -> SubscriptionFilter {
        SubscriptionFilter {
            is_active: self.is_active,
            event_type: self.event_type.as_ref().map(|event_type| event_type.0.clone()),
            profile: None,
            url: self.url.as_ref().map(|part| part.0.clone()),
            health: self.health.map(|wanted| health::filter(app, wanted)),
        }
    }
}

type SubscriptionList = ListQuery<Limit500, InTenant<SubscriptionId>, SubscriptionParameters, COUNT_MAX>;

/// List subscriptions, newest first
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions", tag = "Subscriptions",
    params(SubscriptionList),
    responses((status = 200, body = [SubscriptionShown])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    list: SubscriptionList,
) -> Result<Response, Problem> {
    let (scope, filter) = (ListScope::Tenant(member.tenant()), list.filter.filter(&app));
    let total = list.total(COUNT_MAX, app.store.count_subscriptions(scope, &filter, COUNT_MAX)).await?;
    let listed = app.store.subscriptions(scope, &filter, list.page.clone()).await?;
    let (health, now) = (HealthOf::read(&app, &listed.rows).await?, app.clock.now());
    let show = |one: &Subscription| SubscriptionShown::new(one, member.sees_secrets(), now, health.shown(one));
    list.answer(&room, listed, total, show)
}
