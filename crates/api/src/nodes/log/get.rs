//! `GET /api/v1/nodes/log`.

use super::{LogShown, shown};
use crate::{App, auth::Admin, problem::kinds::NotOperator};
use axum::{Json, extract::State};

/// Show the log's settings of the node that answers
#[utoipa::path(get, path = "/api/v1/nodes/log", tag = "Nodes", responses((status = 200, body = LogShown), NotOperator))]
pub(crate) async fn get_log(State(app): State<App>, _: Admin) -> Json<LogShown> {
    Json(shown(&app))
}
