//! `GET /api/v1/tenants`.

use super::TenantShown;
use crate::{
    App,
    auth::Admin,
    problem::{Problem, kinds::NotOperator},
    query::{InTenant, ListQuery},
    room::Room,
    schemas::Limit500,
};
use axum::{extract::State, response::Response};
use model::TenantId;
use storage::{Listed, Page};

type TenantList = ListQuery<Limit500, InTenant<TenantId>, (), 0>;

/// List all tenants, by id
#[utoipa::path(get, path = "/api/v1/tenants", tag = "Tenants",
    params(TenantList),
    responses((status = 200, body = [TenantShown]), NotOperator))]
pub(crate) async fn list(State(app): State<App>, _: Admin, room: Room, list: TenantList) -> Result<Response, Problem> {
    let Page { limit, offset, cursor } = list.page.clone();
    let tenants = app.store.tenants(Page { limit, offset, cursor: cursor.map(|place| place.id) }).await?;
    let listed = Listed::up_to(limit, tenants, |tenant| tenant.id.clone().into());
    list.answer(&room, listed, None, |tenant| TenantShown::from(tenant))
}
