//! Swagger UI at `/docs`: vendored files, with a page and a start script of our own.

use crate::App;
use axum::{
    Router,
    extract::Path,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use http::{StatusCode, header};
use std::sync::Arc;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

const DOCUMENT: &str = "/api/v1/openapi.json";
const PAGE: &str = include_str!("page.html");
const START: &str = include_str!("start.js");
/// Tags that only clients of older systems need; collapsed when the page opens.
const CLOSED: [&str; 3] = ["Short form", "Tenant subscriptions", "Tenant deliveries"];

/// `dev_key`: the key that is filled in on the page.
pub(crate) fn routes(document: &OpenApi, dev_key: Option<&str>) -> Router<App> {
    let text = document.to_pretty_json().unwrap_or_default();
    let start = START
        .replace("DOCUMENT", &json(&DOCUMENT))
        .replace("CLOSED", &json(&CLOSED))
        .replace("DEV_KEY", &json(&dev_key));
    let document = move || {
        let text = text.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], text) }
    };
    let start = move || {
        let start = start.clone();
        async move { ([(header::CONTENT_TYPE, "text/javascript"), (header::CACHE_CONTROL, "no-store")], start) }
    };
    Router::new()
        .route(DOCUMENT, get(document))
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(|| async { Html(PAGE) }))
        .route("/docs/start.js", get(start))
        .route("/docs/{file}", get(file))
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

async fn file(Path(name): Path<String>) -> Response {
    match utoipa_swagger_ui::serve(&name, Arc::new(Config::from(DOCUMENT))) {
        Ok(Some(file)) => ([(header::CONTENT_TYPE, file.content_type)], file.bytes.into_owned()).into_response(),
        Ok(None) | Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
