//! Every route on one page.

use crate::{
    App, admin, around, audit, backlog, body, cors, dashboard, docs, egress_addresses, events, gate, health, keys,
    master_key, nodes, payloads, portal_sessions, prefixes,
    problem::{
        self, Problem,
        kinds::{MethodNotAllowed, NoSuchPath},
    },
    scrape, security_headers, session, stream, tenant_webhooks, tenants, warnings, webhooks,
};
use axum::{
    Router, middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{Method, Uri};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "one entry for each route")]
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(docs::ApiDoc::openapi())
        // Core
        .routes(routes!(events::publish::publish, events::list::list))
        .routes(routes!(events::batch::batch))
        .routes(routes!(events::preview::preview))
        .routes(routes!(events::get::get))
        .routes(routes!(events::cancel::cancel))
        .routes(routes!(events::payload::payload, events::erase_payload::erase_payload))
        .routes(routes!(tenants::list::list))
        .routes(routes!(tenants::put::put, tenants::get::get, tenants::delete::delete))
        .routes(routes!(keys::create::create, keys::list::list))
        .routes(routes!(keys::delete::delete))
        .routes(routes!(keys::rotate::rotate))
        .routes(routes!(session::create::create, session::get::get, session::delete::delete))
        .routes(routes!(portal_sessions::create::create, portal_sessions::list::list))
        .routes(routes!(portal_sessions::get::get, portal_sessions::delete::delete))
        .routes(routes!(nodes::list))
        .routes(routes!(stream::stream))
        .routes(routes!(admin::events::events))
        .routes(routes!(admin::deliveries::deliveries))
        .routes(routes!(admin::delivery_counts::delivery_counts))
        .routes(routes!(admin::delivery_rates::delivery_rates))
        .routes(routes!(admin::subscriptions::subscriptions))
        .routes(routes!(admin::overview::overview))
        .routes(routes!(admin::settings::settings))
        .routes(routes!(admin::store::store))
        .routes(routes!(admin::stats::stats))
        .routes(routes!(backlog::backlog))
        .routes(routes!(nodes::pause::pause))
        .routes(routes!(nodes::resume::resume))
        .routes(routes!(nodes::log::get::get_log, nodes::log::put::put_log))
        .routes(routes!(master_key::get::get_rotation, master_key::begin::begin_rotation))
        .routes(routes!(audit::coverage::coverage))
        .routes(routes!(audit::report::put::put, audit::report::get::get))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(scrape::metrics))
        // Platform API
        .routes(routes!(webhooks::subscriptions::create::create, webhooks::subscriptions::list::list))
        .routes(routes!(webhooks::subscriptions::check::check))
        .routes(routes!(webhooks::subscriptions::filter_test::filter_test))
        .routes(routes!(webhooks::subscriptions::transformation_test::transformation_test))
        .routes(routes!(webhooks::subscriptions::get::get, webhooks::subscriptions::patch::patch,
                        webhooks::subscriptions::delete::delete))
        .routes(routes!(webhooks::subscriptions::test::test))
        .routes(routes!(webhooks::subscriptions::rotate_secret::rotate_secret))
        .routes(routes!(webhooks::subscriptions::secret::secret))
        .routes(routes!(webhooks::subscriptions::jwks::jwks))
        .routes(routes!(payloads::payload))
        .routes(routes!(webhooks::subscriptions::pause::pause))
        .routes(routes!(webhooks::subscriptions::activate::activate))
        .routes(routes!(webhooks::subscriptions::reset_breaker::reset_breaker))
        .routes(routes!(webhooks::subscriptions::order::order))
        .routes(routes!(webhooks::subscriptions::deliveries::deliveries))
        .routes(routes!(webhooks::subscriptions::retry_schedule::retry_schedule))
        .routes(routes!(webhooks::limits::limits))
        .routes(routes!(egress_addresses::egress_addresses))
        .routes(routes!(webhooks::stats::stats))
        .routes(routes!(webhooks::stats::of_subscription::subscription_stats))
        .routes(routes!(webhooks::deliveries::list::list))
        .routes(routes!(webhooks::deliveries::counts::counts))
        .routes(routes!(webhooks::deliveries::rates::rates))
        .routes(routes!(webhooks::deliveries::get::get))
        .routes(routes!(webhooks::deliveries::attempts::request_body::request_body))
        .routes(routes!(webhooks::deliveries::attempts::response_body::response_body))
        .routes(routes!(webhooks::deliveries::retry::retry))
        .routes(routes!(webhooks::deliveries::cancel_many::cancel_many))
        .routes(routes!(webhooks::deliveries::cancel::cancel))
        .routes(routes!(webhooks::replays::create::create, webhooks::replays::list::list))
        .routes(routes!(webhooks::replays::get::get))
        .routes(routes!(webhooks::replays::pause::pause))
        .routes(routes!(webhooks::replays::resume::resume))
        .routes(routes!(webhooks::replays::cancel::cancel))
        .routes(routes!(webhooks::catalog::list::list, webhooks::catalog::register::register))
        .routes(routes!(webhooks::catalog::get::get, webhooks::catalog::change::change,
                        webhooks::catalog::retire::retire))
        .routes(routes!(webhooks::catalog::misfits::misfits))
        .routes(routes!(webhooks::short::list::list, webhooks::short::create::create))
        .routes(routes!(webhooks::short::delete::delete))
        // Tenant API
        .routes(routes!(tenant_webhooks::subscriptions::create::create, tenant_webhooks::subscriptions::list::list))
        .routes(routes!(tenant_webhooks::subscriptions::delete::delete))
        .routes(routes!(tenant_webhooks::deliveries::create::create, tenant_webhooks::deliveries::list::list))
        .routes(routes!(tenant_webhooks::deliveries::get::get))
        .routes(routes!(tenant_webhooks::deliveries::retry::retry))
}

/// The OpenAPI document, as served and as committed (`docs/openapi.json`).
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = routes().into_openapi();
    docs::complete(&mut document);
    document
}

/// The router of the whole API.
pub fn router(app: App) -> Router {
    let (router, mut document) = routes().split_for_parts();
    docs::complete(&mut document);
    let prefixes = app.settings.prefixes.clone();
    let path = app.settings.public_url.as_ref().map_or("", |url| url.path()).to_owned();
    let router = router
        .merge(docs::routes(&document, app.settings.dev_key.as_deref()))
        .fallback(dashboard::fallback)
        .method_not_allowed_fallback(no_method)
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(middleware::from_fn_with_state(warnings::Parameters::of(&document), warnings::answer))
        .layer(middleware::from_fn_with_state(app.clone(), gate::refuse))
        .layer(middleware::from_fn_with_state(app.clone(), around::around))
        .layer(middleware::map_request(async |request: axum::extract::Request| body::drain_the_rest(request)));
    let router = match cors::layer(&app.settings.cors_origins) {
        Some(cors) => router.layer(cors),
        None => router,
    };
    prefixes::mount(router.with_state(app), &prefixes, &path)
}

/// The router of a node with the role `worker`: liveness, readiness and metrics only.
pub fn health_router(app: App) -> Router {
    let routes = OpenApiRouter::new().routes(routes!(health::healthz)).routes(routes!(health::readyz));
    let (router, _) = routes.routes(routes!(scrape::metrics)).split_for_parts();
    router
        .fallback(only_health)
        .method_not_allowed_fallback(no_method)
        .layer(middleware::from_fn_with_state(app.clone(), problem::write_problems))
        .layer(middleware::map_response(guarded))
        .with_state(app)
}

/// The router of a listener that serves metrics alone, without a key.
pub fn metrics_router(app: App) -> Router {
    Router::new()
        .route("/metrics", get(scrape::open_metrics))
        .fallback(only_metrics)
        .method_not_allowed_fallback(no_method)
        .layer(middleware::from_fn_with_state(app.clone(), problem::write_problems))
        .layer(middleware::map_response(guarded))
        .with_state(app)
}

async fn guarded(mut response: Response) -> Response {
    security_headers::guard(&mut response, None);
    response
}

async fn only_metrics(uri: Uri) -> Problem {
    NoSuchPath::problem(format!("Path not found: {}; this address serves /metrics alone", uri.path()))
}

async fn only_health(uri: Uri) -> Problem {
    NoSuchPath::problem(format!("Path not found: {}; this node has the role worker and serves no API", uri.path()))
}

async fn no_method(method: Method, uri: Uri) -> Problem {
    MethodNotAllowed::problem(format!("{method} is not allowed at {}", uri.path()))
}

fn panicked() -> Response {
    Problem::internal().into_response()
}
