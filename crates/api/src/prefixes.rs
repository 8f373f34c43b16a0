//! Mounts the API under further path prefixes, so that an installation can keep the paths of a server it replaces.

use axum::{
    Router,
    extract::{OriginalUri, Request},
};
use http::{Uri, uri::PathAndQuery};
use std::sync::Arc;
use tower::ServiceBuilder;

const OWN: &str = "/api/v1";

/// Makes the router answer below each of `prefixes` as it does below `/api/v1`.
pub(crate) fn mount(router: Router, prefixes: &Arc<[String]>) -> Router {
    if prefixes.is_empty() {
        return router;
    }
    let prefixes = prefixes.clone();
    let inner = ServiceBuilder::new().map_request(move |request| rewrite(request, &prefixes)).service(router);
    Router::new().fallback_service(inner)
}

fn rewrite(mut request: Request, prefixes: &[String]) -> Request {
    let uri = request.uri();
    let below =
        |prefix: &String| uri.path().strip_prefix(prefix.as_str()).filter(|r| r.is_empty() || r.starts_with('/'));
    let Some(rest) = prefixes.iter().find_map(below) else { return request };
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let Ok(path) = PathAndQuery::try_from(format!("{OWN}{rest}{query}")) else { return request };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path);
    if let Ok(inner) = Uri::from_parts(parts) {
        let original = std::mem::replace(request.uri_mut(), inner);
        // `Link` headers keep the prefix that the client used.
        request.extensions_mut().insert(OriginalUri(original));
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

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
