//! The dashboard and the customers' portal: one page with its files, all from the binary.
//!
//! Every path that no route of the API has is a path of the page, except those below `/api` and those that name a file:
//! a script that is missing must be a 404, since a browser would run the page in its place.

mod bundle;
mod page;

use crate::{
    App,
    problem::{Problem, kinds::NoSuchPath},
    receiver, security_headers,
};
use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use bundle::{Asset, BUNDLE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

/// The script that pages of other origins load to embed a portal link.
const PORTAL_SCRIPT: &str = "/portal.js";

/// Answers what no route of the API answers.
pub(crate) async fn fallback(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    if let Some(accepted) = receiver::accept(&app, request.method(), path, request.headers()) {
        return accepted;
    }
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_reading || is_api(path) {
        return NoSuchPath::problem(format!("Path not found: {path}")).into_response();
    }
    if let Some(asset) = BUNDLE.get(path) {
        let mut response = of_asset(asset, request.headers());
        if path == PORTAL_SCRIPT {
            security_headers::for_all_origins(&mut response);
        }
        return response;
    }
    if is_file(path) {
        return no_file();
    }
    page::answer(&app, path).await.unwrap_or_else(Problem::into_response)
}

fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// Extensions of files that pages load. A path such as `/catalog/invoice.created` is none.
const EXTENSIONS: [&str; 14] =
    ["js", "mjs", "css", "map", "json", "svg", "png", "jpg", "ico", "woff", "woff2", "txt", "xml", "webmanifest"];

fn is_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    path.starts_with("/assets/") || EXTENSIONS.contains(&extension)
}

/// 404 as text. (A file is loaded by a browser, for which problem+json is of no use.)
fn no_file() -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    let mut response = (StatusCode::NOT_FOUND, [kind], "Not found\n").into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.extensions_mut().insert(crate::problem::Plain);
    response
}

fn of_asset(asset: &'static Asset, asked: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    let is_gzip = asset.is_gzip && accepts_gzip(asked);
    let tag = asset.tag(is_gzip);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(asset.cache_control()));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.extend(HeaderValue::try_from(&tag).ok().map(|value| (header::ETAG, value)));
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    if known.flat_map(|tags| tags.split(',')).any(|one| one.trim().trim_start_matches("W/") == tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    if is_gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    *response.body_mut() = Body::from(asset.bytes(is_gzip));
    response
}

/// True when the client takes gzip (RFC 9110, section 12.5.3).
fn accepts_gzip(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|one| {
        let (coding, weight) = one.split_once(';').unwrap_or((one, ""));
        let is_refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q == 0.0));
        matches!(coding.trim(), "gzip" | "*") && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_page_are_no_files() {
        for file in ["/assets/x", "/assets/index-abc.js", "/portal.js", "/favicon.ico", "/robots.txt", "/a/b.css"] {
            assert!(is_file(file), "{file}");
        }
        for page in ["/", "/deliveries", "/catalog/invoice.created", "/tenants/acme.example", "/portal/pts_1"] {
            assert!(!is_file(page), "{page}");
        }
        assert!(is_api("/api") && is_api("/api/v9") && !is_api("/apiary"));
    }

    #[test]
    fn a_client_that_refuses_gzip_gets_none() {
        let accepts = |text: &'static str| {
            accepts_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]))
        };
        for text in ["gzip", "br, gzip;q=0.5", "*", "deflate,gzip"] {
            assert!(accepts(text), "{text}");
        }
        for text in ["", "br", "gzip;q=0", "gzip; q=0.0", "identity"] {
            assert!(!accepts(text), "{text}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
