//! Mounts the API under further path prefixes, so that an installation can keep the paths of a server it replaces, and
//! everything below the path of the public URL, which a reverse proxy may cut or not.

use axum::{
    Router,
    extract::{OriginalUri, Request},
};
use http::{Uri, uri::PathAndQuery};
use std::sync::Arc;
use tower::ServiceBuilder;

const OWN: &str = "/api/v1";

/// Makes the router answer below each of `prefixes` as it does below `/api/v1`, and below `public` as it does at the root.
pub(crate) fn mount(router: Router, prefixes: &Arc<[String]>, public: &str) -> Router {
    if prefixes.is_empty() && public.is_empty() {
        return router;
    }
    let (prefixes, public) = (prefixes.clone(), public.to_owned());
    let rewrite = move |request| rewrite(cut(request, &public), &prefixes);
    let inner = ServiceBuilder::new().map_request(rewrite).service(router);
    Router::new().fallback_service(inner)
}

/// Cuts the path of the public URL.
fn cut(request: Request, public: &str) -> Request {
    if public.is_empty() {
        return request;
    }
    match request.uri().path().strip_prefix(public) {
        Some("") => with_path(request, "/"),
        Some(rest) if rest.starts_with('/') => {
            let rest = rest.to_owned();
            with_path(request, &rest)
        }
        _ => request,
    }
}

fn rewrite(request: Request, prefixes: &[String]) -> Request {
    let uri = request.uri();
    let below =
        |prefix: &String| uri.path().strip_prefix(prefix.as_str()).filter(|r| r.is_empty() || r.starts_with('/'));
    let Some(rest) = prefixes.iter().find_map(below) else { return request };
    let path = format!("{OWN}{rest}");
    with_path(request, &path)
}

/// The request with another path and the same query.
fn with_path(mut request: Request, path: &str) -> Request {
    let uri = request.uri();
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let Ok(path) = PathAndQuery::try_from(format!("{path}{query}")) else { return request };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path);
    if let Ok(inner) = Uri::from_parts(parts) {
        let original = std::mem::replace(request.uri_mut(), inner);
        // `Link` headers keep the prefix that the client used.
        if request.extensions().get::<OriginalUri>().is_none() {
            request.extensions_mut().insert(OriginalUri(original));
        }
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn the_path_of_the_public_url_is_cut() {
        let rows = [
            ("/hooks/deliveries?limit=1", "/deliveries?limit=1"),
            ("/hooks", "/"),
            ("/hooks/", "/"),
            ("/hookshot", "/hookshot"),
            ("/api/v1/events", "/api/v1/events"),
        ];
        for (given, expected) in rows {
            let request = Request::builder().uri(given).body(Body::empty()).unwrap();
            assert_eq!(cut(request, "/hooks").uri().to_string(), expected);
        }
    }

    #[test]
    fn a_prefix_is_rewritten_to_api_v1() {
        let prefixes = ["/api/isp/v1".to_owned(), "/hooks".to_owned()];
        let rows = [
            ("/api/isp/v1/events?limit=1", "/api/v1/events?limit=1"),
            ("/hooks", "/api/v1"),
            ("/hooks/webhooks", "/api/v1/webhooks"),
            ("/hookshot", "/hookshot"),
            ("/api/v1/events", "/api/v1/events"),
        ];
        for (given, expected) in rows {
            let request = Request::builder().uri(given).body(Body::empty()).unwrap();
            let rewritten = rewrite(request, &prefixes);
            assert_eq!(rewritten.uri().to_string(), expected);
            let original = rewritten.extensions().get::<OriginalUri>().map(|uri| uri.0.to_string());
            assert_eq!(original, (given != expected).then(|| given.to_owned()));
        }
    }
}
