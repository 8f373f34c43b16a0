//! Credentials and trace contexts in the headers of requests: lines of `name: value`.

use api::fuzzing;
use http::{HeaderMap, HeaderName, HeaderValue};

pub(super) const WORDS: &[&str] = &[
    "authorization: Bearer ",
    "x-api-key: ",
    "cookie: ",
    "access_token=",
    "postrider_session=",
    "\"",
    ";",
    "\n",
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "tracestate: ",
];

pub(super) fn run(input: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n').take(50) {
        let Some(at) = line.iter().position(|byte| *byte == b':') else { continue };
        let value = HeaderValue::from_bytes(line[at + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&line[..at]), value) {
            headers.append(name, value);
        }
    }
    match fuzzing::credential(&headers) {
        Ok((is_session, text)) => {
            assert!(text.len() <= input.len() && !text.contains(['\r', '\n']));
            assert!(!is_session || headers.contains_key("cookie"), "a session without a cookie");
        }
        Err(refused) => assert!([401, 403].contains(&refused.status), "{refused:?}"),
    }
    if let Some(context) = fuzzing::trace(&headers) {
        assert_eq!(headers.get_all("traceparent").iter().count(), 1);
        assert!(HeaderValue::try_from(context.stored()).is_ok());
    }
}
