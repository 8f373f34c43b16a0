//! `GET /api/v1/admin/stats`.

use super::OneTenant;
use crate::{
    App,
    auth::Admin,
    pages,
    problem::{Problem, kinds::NotOperator},
    query::{
        Query,
        parameters::{ParameterValue, parameters},
    },
    room::Room,
    schemas::{Limit500, StatsOfAllByName},
    webhooks::stats::{Stats, answer, period::PeriodParameters, sums},
};
use axum::{extract::State, response::Response};
use storage::StatisticsBy;
use utoipa::{
    PartialSchema,
    openapi::{RefOr, schema::Schema},
};

/// The only property that divides the statistics of all tenants: the tenant.
pub(crate) struct ByTenant;

impl ParameterValue for ByTenant {
    fn schema() -> RefOr<Schema> {
        StatsOfAllByName::schema()
    }

    fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        if text == "tenant" { Ok(Self) } else { Err(Problem::invalid(name, "must be tenant")) }
    }
}

parameters! {
    /// The division of the statistics of all tenants.
    OfAllParameters {
        /// Also answer the statistics of each tenant
        by: ByTenant = "by";
    }
}

/// Get statistics of the deliveries of all tenants
///
/// For the operator; `X-Tenant-Id` is not needed. With `tenant_id`: of this tenant.
#[utoipa::path(get, path = "/api/v1/admin/stats", tag = "Operator",
    params(OneTenant, PeriodParameters, OfAllParameters, ("limit" = inline(Option<Limit500>), Query)),
    responses((status = 200, body = Stats), NotOperator))]
pub(crate) async fn stats(
    State(app): State<App>,
    _: Admin,
    room: Room,
    (tenant, period, parameters): (OneTenant, PeriodParameters, OfAllParameters),
    query: Query,
) -> Result<Response, Problem> {
    let limit = query.bounded::<Limit500>()? as usize;
    let by = parameters.by.map_or(StatisticsBy::Nothing, |_| StatisticsBy::Tenant);
    let query = period.period(app.clock.now(), app.settings.statistics)?.query(by);
    let outcome = match &tenant.tenant {
        Some(tenant) => app.store.statistics(tenant, &query).await?,
        None => app.store.all_statistics(&query).await?,
    };
    pages::json(&room, &answer(&query, sums(outcome)?, limit))
}
