//! `GET /api/v1/master-key/rotation`.

use super::{RotationShown, shown};
use crate::{
    App,
    auth::Admin,
    problem::{Problem, kinds::NotOperator},
};
use axum::{Json, extract::State};

/// Count the sealed values by master key, and see the state of a rotation
///
/// Reads all subscriptions and tenants: ask once a second at most.
#[utoipa::path(get, path = "/api/v1/master-key/rotation", tag = "Operator",
    responses((status = 200, body = RotationShown), NotOperator))]
pub(crate) async fn get_rotation(State(app): State<App>, _: Admin) -> Result<Json<RotationShown>, Problem> {
    Ok(Json(shown(&app).await?))
}
