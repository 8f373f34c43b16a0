//! `GET /api/v1/tenants/{id}`.

use super::{TenantShown, missing, parse};
use crate::schemas::TenantName;
use crate::{
    App,
    auth::Admin,
    problem::{
        Problem,
        kinds::{NoSuchTenant, NotOperator},
    },
};
use axum::{
    Json,
    extract::{Path, State},
};

/// Get a tenant
#[utoipa::path(get, path = "/api/v1/tenants/{id}", tag = "Tenants", params(("id" = inline(TenantName), Path)),
    responses((status = 200, body = TenantShown), NotOperator, NoSuchTenant))]
pub(crate) async fn get(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<String>,
) -> Result<Json<TenantShown>, Problem> {
    let id = parse(&id)?;
    let tenant = app.store.tenant(&id).await?.ok_or_else(|| missing(&id))?;
    Ok(Json(TenantShown::from(&tenant)))
}
