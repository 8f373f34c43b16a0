//! `GET /api/v1/keys`.

use super::KeyShown;
use crate::{
    App,
    auth::{Admin, Member, Read},
    problem::{Problem, kinds::NotOperator},
};
use axum::{Json, extract::State};

/// List the keys of a tenant, newest first
///
/// For the operator, with `X-Tenant-Id`.
#[utoipa::path(get, path = "/api/v1/keys", tag = "Keys", params(("X-Tenant-Id" = String, Header)),
    responses((status = 200, body = [KeyShown]), NotOperator))]
pub(crate) async fn list(
    State(app): State<App>,
    _: Admin,
    member: Member<Read>,
) -> Result<Json<Vec<KeyShown>>, Problem> {
    let mut keys = app.store.keys(member.tenant()).await?;
    app.key_uses.complete(&mut keys);
    Ok(Json(keys.iter().map(KeyShown::from).collect()))
}
