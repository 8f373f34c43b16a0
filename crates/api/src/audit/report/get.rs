//! `GET /api/v1/audit/report`.

use super::{NAME, put::Report};
use crate::{
    App,
    auth::Admin,
    problem::{
        Problem,
        kinds::{NoReport, NotOperator},
    },
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;

/// Get the report of a code audit as it was uploaded
///
/// For the operator.
#[utoipa::path(get, path = "/api/v1/audit/report", tag = "Audit",
    responses((status = 200, body = Report), NotOperator, NoReport))]
pub(crate) async fn get(State(app): State<App>, _: Admin) -> Result<Response, Problem> {
    let found = app.store.document(NAME).await?;
    let report = found.ok_or_else(|| {
        NoReport::problem("No report was uploaded: PUT the output of postrider audit --format json here")
    })?;
    Ok(([(header::CONTENT_TYPE, "application/json")], report.body).into_response())
}
