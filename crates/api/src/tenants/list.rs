//! `GET /api/v1/tenants`.

use super::TenantShown;
use crate::{App, auth::Admin, list, problem::Problem, query::Query};
use axum::{extract::State, response::Response};
use model::TenantId;

/// All tenants, by id
#[utoipa::path(get, path = "/api/v1/tenants", tag = "Tenants",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 500; 100"),
        ("offset" = Option<u32>, Query),
        ("cursor" = Option<String>, Query, description = "Begin after this id; see the Link header"),
    ),
    responses((status = 200, body = [TenantShown])))]
pub(crate) async fn list(State(app): State<App>, _: Admin, query: Query) -> Result<Response, Problem> {
    let page = query.page(500, 100, TenantId::parse)?;
    let tenants = app.store.tenants(page.clone()).await?;
    Ok(list::array(&query, &page, tenants, |tenant| tenant.id.to_string(), |tenant| TenantShown::from(tenant)))
}
