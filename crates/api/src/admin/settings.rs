//! `GET /api/v1/admin/settings`.

use crate::{
    App,
    auth::Admin,
    problem::{Problem, kinds::NotOperator},
    settings::SettingShown,
};
use axum::{Json, extract::State};

/// List the settings of the node
///
/// For the operator. Every setting with its value and the source of the value, as the node that answers was started;
/// nodes of one store can have different ones. Secrets are masked.
#[utoipa::path(get, path = "/api/v1/admin/settings", tag = "Operator",
    responses((status = 200, body = [SettingShown]), NotOperator))]
pub(crate) async fn settings(State(app): State<App>, _: Admin) -> Result<Json<Vec<SettingShown>>, Problem> {
    Ok(Json(app.settings.shown.to_vec()))
}
