//! `PUT /api/v1/nodes/log`.

use super::{LogShown, shown};
use crate::{
    App,
    auth::Admin,
    body::JsonBody,
    problem::{Problem, kinds::NotOperator},
};
use axum::{Json, extract::State};
use model::FieldErrors;
use serde::Deserialize;
use utoipa::ToSchema;

/// New settings of the log. A field that is absent keeps its value.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LogSettingsChange)]
pub(crate) struct LogChange {
    /// A level (`off`, `error`, `warn`, `info`, `debug`, `trace`), or `target=level` with commas, for example
    /// `info,postrider::delivery=warn`.
    filter: Option<String>,
    /// The share of successful deliveries that are logged; retries and failures are always logged.
    #[schema(minimum = 0, maximum = 1)]
    sample: Option<f64>,
}

/// Change the log of the node that answers, until it stops
///
/// At a restart, and after SIGHUP, the configuration holds again. Other nodes are not changed.
#[utoipa::path(
    put,
    path = "/api/v1/nodes/log",
    tag = "Nodes",
    request_body = LogChange,
    responses((status = 200, body = LogShown), NotOperator)
)]
pub(crate) async fn put_log(
    State(app): State<App>,
    _: Admin,
    JsonBody(body): JsonBody<LogChange>,
) -> Result<Json<LogShown>, Problem> {
    let mut faults = FieldErrors::default();
    if body.sample.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        faults.add("sample", "must be a number from 0 to 1, for example 0.01");
    }
    // The filter is applied at once, so it comes last.
    if faults.0.is_empty()
        && let Some(Err(fault)) = body.filter.map(|filter| app.log.set_filter(&filter))
    {
        faults.add("filter", fault);
    }
    faults.into_result()?;
    if let Some(share) = body.sample {
        app.log.set_sample(share);
    }
    let now = shown(&app);
    tracing::info!(target: "postrider::api", filter = now.filter, sample = now.sample, "the operator changed the log");
    Ok(Json(now))
}
