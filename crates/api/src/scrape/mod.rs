//! `GET /metrics`: the metrics of this process and of the store, for Prometheus.

mod access;
mod cached;
mod store_figures;

pub(crate) use store_figures::StoreFigures;

use crate::{
    App,
    app::AppState,
    problem::{
        Problem,
        kinds::{NotOperator, Unauthorized},
    },
};
use access::MayScrape;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};
use metrics::{Format, families};
use std::time::Duration;

/// Interval between two rankings of tenants, and sweeps of deleted ones while nothing scrapes.
const TIDY: Duration = Duration::from_secs(60);

/// Metrics for Prometheus
///
/// In the text format 0.0.4, or in OpenMetrics 1.0 by `Accept`. Needs the operator's key, unless the request comes from
/// this machine without passing a proxy, or the installation allows everybody (`POSTRIDER_METRICS_OPEN`).
/// docs/metrics.md lists all metrics.
#[utoipa::path(get, path = "/metrics", tag = "Health",
    security((), ("key" = []), ("api_key" = []), ("cookie" = [])),
    responses((status = 200, description = "The metrics", content_type = "text/plain", body = String), Unauthorized, NotOperator))]
pub(crate) async fn metrics(app: State<App>, _: MayScrape, headers: HeaderMap) -> Result<Response, Problem> {
    answer(&app, &headers).await
}

/// The same on a listener of its own, for everybody who can reach it.
pub(crate) async fn open_metrics(app: State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    answer(&app, &headers).await
}

async fn answer(app: &App, headers: &HeaderMap) -> Result<Response, Problem> {
    let accept: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let format = Format::accepted(&accept.join(","));
    let found = app.store_figures.read(&app.store, &app.clock, &app.metrics).await;
    let state = app.clone();
    // Some milliseconds of work, which must not keep a thread of the runtime from requests.
    let write = move || {
        state.sweep();
        let scrape = state.metrics.scrape();
        scrape.set(&families::BUILD, &[&state.engine.node().version, state.settings.store_kind], 1.0);
        state.engine.scrape(&scrape);
        found.set(&scrape);
        scrape.finish(format)
    };
    let text = tokio::task::spawn_blocking(write).await.map_err(|fault| Problem::internal().because(&fault))?;
    let headers = [(header::CONTENT_TYPE, format.content_type()), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, text).into_response())
}

impl AppState {
    /// Removes the series of tenants that this or another node has deleted.
    fn sweep(&self) {
        self.metrics.retain_tenants(|tenant| self.directory.has_tenant(tenant));
    }
}

impl App {
    /// Starts the task that ranks tenants and removes the series of deleted ones, until the API ends.
    pub(crate) fn tidy_metrics(&self) {
        let state = self.downgrade();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(TIDY).await;
                let Some(state) = state.upgrade() else { return };
                state.sweep();
                state.metrics.rank();
            }
        });
    }
}
