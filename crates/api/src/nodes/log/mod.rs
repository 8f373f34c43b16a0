//! `/api/v1/nodes/log`: the log's settings of the node that answers.

pub(crate) mod get;
pub(crate) mod put;

use crate::App;
use serde::Serialize;
use utoipa::ToSchema;

/// The log's settings of the node that answers.
#[derive(Serialize, ToSchema)]
#[schema(as = LogSettings)]
pub(crate) struct LogShown {
    /// A level, or `target=level` with commas, as in `POSTRIDER_LOG`.
    filter: String,
    /// The share of successful deliveries that are logged.
    #[schema(minimum = 0, maximum = 1)]
    sample: f64,
}

fn shown(app: &App) -> LogShown {
    LogShown { filter: app.log.filter(), sample: app.log.sample() }
}
