//! A request, ready to be sent over either protocol, any number of times.

use super::way::Way;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Uri, header};
use model::shape::Method;

/// A request with a body.
#[derive(Debug)]
pub(super) struct Request<'r> {
    pub(super) method: Method,
    pub(super) way: Way<'r>,
    /// The whole URL, without a fragment.
    pub(super) uri: &'r Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Largest body that is sent in one write with the head, in bytes.
const TOGETHER: usize = 16 * 1024;

impl Request<'_> {
    /// The head in HTTP/1.1 with a small body, and the rest of the body.
    pub(super) fn http1(&self) -> (Vec<u8>, &[u8]) {
        let target = self.uri.path_and_query().map_or("/", |target| target.as_str());
        let lines: usize = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        let together = if self.body.len() <= TOGETHER { self.body.len() } else { 0 };
        let mut head = Vec::with_capacity(target.len() + self.way.origin.authority.len() + lines + together + 64);
        for part in [
            self.method.name().as_bytes(),
            b" ",
            target.as_bytes(),
            b" HTTP/1.1\r\nHost: ",
            self.way.origin.authority.as_bytes(),
            b"\r\n",
        ] {
            head.extend_from_slice(part);
        }
        for (name, value) in &self.headers {
            push_title_case(&mut head, name.as_str());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"Content-Length: ");
        head.extend_from_slice(self.body.len().to_string().as_bytes());
        head.extend_from_slice(b"\r\n\r\n");
        let (first, rest) = self.body.split_at(together);
        head.extend_from_slice(first);
        (head, rest)
    }

    /// The head in HTTP/2.
    pub(super) fn http2(&self) -> http::Request<()> {
        let mut request = http::Request::new(());
        *request.method_mut() = match self.method {
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
        };
        *request.version_mut() = http::Version::HTTP_2;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(self.body.len()));
        request
    }
}

/// Writes `x-event` as `X-Event`, the documented form, for receivers that compare names with case.
fn push_title_case(head: &mut Vec<u8>, name: &str) {
    let mut first = true;
    for byte in name.bytes() {
        head.push(if first { byte.to_ascii_uppercase() } else { byte });
        first = byte == b'-';
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::egress::origin::Origin;
    use http::HeaderName;

    #[test]
    fn the_http1_head_has_title_case_names_and_a_small_body() {
        let url = url::Url::parse("https://example.com:8443/hook?a=1").unwrap();
        let (origin, uri) = (Origin::new(&url).unwrap(), url.as_str().parse().unwrap());
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("x-webhook-event-id"), HeaderValue::from_static("evt_1"));
        let (way, body) = (Way::new(&origin, None), Bytes::from_static(b"{}"));
        let request = Request { method: Method::Post, way, uri: &uri, headers, body };
        let (head, rest) = request.http1();
        let expected = "POST /hook?a=1 HTTP/1.1\r\nHost: example.com:8443\r\nX-Webhook-Event-Id: evt_1\r\n\
                        Content-Length: 2\r\n\r\n{}";
        assert_eq!((std::str::from_utf8(&head).unwrap(), rest), (expected, &b""[..]));
        let put = Request { method: Method::Put, headers: HeaderMap::new(), body: Bytes::new(), ..request };
        assert!(put.http1().0.starts_with(b"PUT /hook?a=1 HTTP/1.1\r\n"));
        assert_eq!(put.http2().method(), http::Method::PUT);
        let large = Request { body: vec![b'a'; TOGETHER + 1].into(), ..put };
        let (head, rest) = large.http1();
        assert!(head.ends_with(b"\r\n\r\n"));
        assert_eq!(rest.len(), TOGETHER + 1);
    }
}
