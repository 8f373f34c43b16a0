//! Security headers of all answers.

use crate::{
    Settings,
    client_address::{self, is_trusted},
    hosts,
};
use axum::{extract::Request, response::Response};
use http::{
    HeaderName, HeaderValue,
    header::{
        CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
        X_FRAME_OPTIONS,
    },
};

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

/// An answer is never interpreted as another type, tells no other site its address, and is not loaded by pages of other
/// origins as an image or a script. (Requests by CORS have rules of their own.)
const DEFAULTS: [(HeaderName, HeaderValue); 3] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (RESOURCE_POLICY, SAME_ORIGIN),
];
/// For all but the pages of portal links: no other page may embed them, or keep a handle to their window.
const NO_FRAMES: HeaderValue = HeaderValue::from_static("frame-ancestors 'none'");
const DENY: HeaderValue = HeaderValue::from_static("DENY");
const NO_FRAMES_WITHIN: &str = "frame-ancestors 'none'";

/// Lets pages of other origins load the answer, such as the script of the portal.
pub(crate) fn for_all_origins(response: &mut Response) {
    response.headers_mut().insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
}

/// Sets the headers that the answer does not have.
pub(crate) fn guard(response: &mut Response, transport: Option<&HeaderValue>) {
    let headers = response.headers_mut();
    headers.reserve(6);
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(value);
    }
    let is_embeddable = match headers.get(CONTENT_SECURITY_POLICY) {
        Some(own) => !own.to_str().unwrap_or_default().ends_with(NO_FRAMES_WITHIN),
        None => {
            headers.insert(CONTENT_SECURITY_POLICY, NO_FRAMES);
            headers.insert(X_FRAME_OPTIONS, DENY);
            false
        }
    };
    if !is_embeddable {
        headers.entry(OPENER_POLICY).or_insert(SAME_ORIGIN);
    }
    if let Some(transport) = transport {
        headers.insert(STRICT_TRANSPORT_SECURITY, transport.clone());
    }
}

/// The value of `Strict-Transport-Security` (RFC 6797) for the answer to a request: only if the request came by https,
/// which this server knows of its own TLS, or of a trusted proxy at an https address.
pub(crate) fn transport_security(settings: &Settings, request: &Request) -> Option<HeaderValue> {
    let value = settings.hsts.as_ref()?;
    let is_proxied = || {
        settings.public_url.as_ref().is_some_and(|url| url.is_https())
            && client_address::peer(request.extensions())
                .is_some_and(|peer| is_trusted(&settings.trusted_proxies, peer))
    };
    if !settings.own_tls && !is_proxied() {
        return None;
    }
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    (!host.is_some_and(hosts::is_this_machine)).then(|| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PublicUrl;
    use axum::{body::Body, extract::ConnectInfo};
    use std::{net::SocketAddr, time::Duration};

    fn settings(public_url: &str) -> Settings {
        Settings {
            public_url: PublicUrl::parse(public_url).ok(),
            hsts: Some(HeaderValue::from_static("max-age=60")),
            trusted_proxies: ["10.0.0.0/8".parse().unwrap()].into(),
            ..Settings::new(Duration::from_secs(10))
        }
    }

    fn is_strict(settings: &Settings, peer: &str, host: &str) -> bool {
        let mut request = Request::builder().header(HOST, host).body(Body::empty()).unwrap();
        let peer: SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        transport_security(settings, &request).is_some()
    }

    #[test]
    fn only_requests_that_came_by_https_get_hsts() {
        let (proxy, other) = ("10.1.2.3:5000", "192.0.2.7:5000");
        let public = settings("https://hooks.example");
        assert!(
            is_strict(&public, proxy, "hooks.example") && is_strict(&public, "[::ffff:10.1.2.3]:5000", "hooks.example")
        );
        assert!(!is_strict(&public, other, "hooks.example"), "that peer may have come by http");
        assert!(!is_strict(&settings("http://hooks.example"), proxy, "hooks.example"));
        assert!(!is_strict(&settings(""), proxy, "hooks.example"), "nobody knows how the proxy was reached");
        let own = Settings { own_tls: true, ..settings("") };
        assert!(is_strict(&own, other, "hooks.example") && !is_strict(&own, other, "localhost:8443"));
        assert!(!is_strict(&Settings { hsts: None, ..own }, other, "hooks.example"));
    }
}
