//! `GET /api/v1/tenants`.

use super::TenantShown;
use crate::{
    App,
    auth::Admin,
    pages,
    problem::{Problem, kinds::NotOperator},
    query::Query,
    room::Room,
    schemas::{Limit500, Offset, TenantName},
};
use axum::{extract::State, response::Response};
use model::TenantId;
use storage::Listed;

/// List all tenants, by id
#[utoipa::path(get, path = "/api/v1/tenants", tag = "Tenants",
    params(
        ("limit" = inline(Option<Limit500>), Query),
        ("offset" = inline(Option<Offset>), Query),
        ("cursor" = inline(Option<TenantName>), Query, description = "Cursor from the `Link` header"),
    ),
    responses((status = 200, body = [TenantShown]), NotOperator))]
pub(crate) async fn list(State(app): State<App>, _: Admin, room: Room, query: Query) -> Result<Response, Problem> {
    let page = query.paged::<Limit500, _>(|text| TenantId::parse(text).ok())?;
    let tenants = app.store.tenants(page.clone()).await?;
    let listed = Listed::up_to(page.limit, tenants, |tenant| tenant.id.clone().into());
    pages::array(&query, &room, listed, pages::in_tenant, |tenant| TenantShown::from(tenant))
}
