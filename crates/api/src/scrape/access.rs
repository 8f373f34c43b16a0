//! Access to the metrics.

use crate::{App, auth::Admin, hosts::Hosts, problem::Problem};
use axum::extract::{ConnectInfo, FromRequestParts};
use http::{HeaderMap, header, request::Parts};
use std::net::SocketAddr;

/// A caller that may read the metrics: a program on this machine, the operator, or everybody if the settings say so.
pub(crate) struct MayScrape;

/// Headers of proxies. A reverse proxy on this machine connects from loopback, whoever its client is.
const FORWARDED: [&str; 5] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

impl FromRequestParts<App> for MayScrape {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        if app.settings.metrics_open || is_local(peer, &parts.headers) {
            return Ok(Self);
        }
        Admin::from_request_parts(parts, app).await.map(|Admin| Self)
    }
}

/// A browser on this machine is no such program: a foreign page whose name points here (DNS rebinding) has a public name.
fn is_local(peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
    peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
        && headers.get(header::HOST).is_none_or(|host| host.to_str().is_ok_and(Hosts::is_private))
        && !FORWARDED.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    #[test]
    fn only_a_peer_on_loopback_that_is_no_proxy_is_local() {
        let rows = [
            (Some("127.0.0.1:5000"), None, true),
            (Some("127.9.9.9:5000"), None, true),
            (Some("[::1]:5000"), None, true),
            (Some("[::ffff:127.0.0.1]:5000"), None, true),
            (Some("192.0.2.1:5000"), None, false),
            (Some("[2001:db8::1]:5000"), None, false),
            (None, None, false),
            (Some("127.0.0.1:5000"), Some("x-forwarded-for"), false),
            (Some("127.0.0.1:5000"), Some("forwarded"), false),
            (Some("127.0.0.1:5000"), Some("via"), false),
            (Some("127.0.0.1:5000"), Some("host"), true),
        ];
        for (peer, header, expected) in rows {
            let mut headers = HeaderMap::new();
            if let Some(name) = header {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static("x"));
            }
            let peer = peer.map(|text| text.parse().unwrap());
            assert_eq!(is_local(peer, &headers), expected, "{peer:?} {header:?}");
        }
        let peer = "127.0.0.1:5000".parse().ok();
        for (host, expected) in
            [("127.0.0.1:8080", true), ("localhost", true), ("postrider:80", true), ("evil.example", false)]
        {
            let headers = [(header::HOST, HeaderValue::from_static(host))].into_iter().collect();
            assert_eq!(is_local(peer, &headers), expected, "{host}");
        }
    }
}
