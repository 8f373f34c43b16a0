//! AWS Signature Version 4 in the headers of a request, as "Create a signed AWS API request" in AWS's IAM user guide
//! defines it. Pure: the caller passes the time.

mod canonical;
#[cfg(test)]
mod tests;

use crate::sign::hex;
use canonical::{PathRule, canonical_path, canonical_query, canonical_value};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;

/// Credentials, and the scope in which a signature is valid.
#[derive(Clone, Copy)]
pub struct AwsKey<'k> {
    pub access_key_id: &'k str,
    pub secret_access_key: &'k str,
    /// Token of temporary credentials.
    pub session_token: Option<&'k str>,
    pub region: &'k str,
    /// Signing name of the service, such as `execute-api`, `lambda` or `s3`.
    pub service: &'k str,
}

impl fmt::Debug for AwsKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsKey").field("region", &self.region).field("service", &self.service).finish_non_exhaustive()
    }
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const AUTHORIZATION: &str = "authorization";
const DATE: &str = "x-amz-date";
const CONTENT: &str = "x-amz-content-sha256";
const TOKEN: &str = "x-amz-security-token";

/// Headers that a signature sets, which replace those of the same name.
const OWN: [&str; 5] = [AUTHORIZATION, "host", CONTENT, DATE, TOKEN];

/// Headers that proxies or tracing may change on the way. AWS's SDKs do not sign them either.
const UNSIGNED: [&str; 14] = [
    "baggage",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// Signs a request and returns the headers to add: `authorization`, `x-amz-date`, `x-amz-content-sha256`, and
/// `x-amz-security-token` with temporary credentials. They replace headers of the same name.
///
/// `host` is the value of the `host` header as it is sent, with a port other than the default one. `path_and_query` is the
/// target of the request line. `headers` are signed beside `host` and the added ones, except those that proxies may change
/// (such as `user-agent` and `traceparent`); they must be sent unchanged. `seconds` is the wall-clock time since the Unix
/// epoch: AWS refuses signatures that are off by more than five minutes.
pub fn sign_aws_v4(
    key: &AwsKey<'_>,
    method: &str,
    host: &str,
    path_and_query: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    seconds: i64,
) -> Vec<(&'static str, String)> {
    let payload = hex(&Sha256::digest(body));
    let time = date_and_time(seconds);
    let mut added = vec![(DATE, time.clone()), (CONTENT, payload.clone())];
    if let Some(token) = key.session_token {
        added.push((TOKEN, token.to_owned()));
    }
    let signable =
        |(name, _): &&(&str, &str)| !OWN.iter().chain(&UNSIGNED).any(|unsigned| name.eq_ignore_ascii_case(unsigned));
    let mut signed: Vec<(&str, &str)> = headers.iter().filter(signable).copied().collect();
    signed.push(("host", host));
    signed.extend(added.iter().map(|(name, value)| (*name, value.as_str())));
    let rule = PathRule::of(key.service);
    let request = Request { method, path_and_query, rule, signed, payload: &payload, time: &time };
    let authorization = authorization(key, &request);
    added.insert(0, (AUTHORIZATION, authorization));
    added
}

/// The parts of a request that are signed.
struct Request<'r> {
    method: &'r str,
    path_and_query: &'r str,
    rule: PathRule,
    /// All signed headers, in any order.
    signed: Vec<(&'r str, &'r str)>,
    /// SHA-256 of the body, in hexadecimal.
    payload: &'r str,
    time: &'r str,
}

/// The value of the header `authorization`.
fn authorization(key: &AwsKey<'_>, request: &Request<'_>) -> String {
    let (canonical, names) = canonical_request(request);
    let (time, date) = (request.time, &request.time[..8]);
    let scope = format!("{date}/{}/{}/aws4_request", key.region, key.service);
    let text = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let mut signing_key = hmac(format!("AWS4{}", key.secret_access_key).as_bytes(), date);
    for part in [key.region, key.service, "aws4_request"] {
        signing_key = hmac(&signing_key, part);
    }
    let signature = hex(&hmac(&signing_key, &text));
    let credential = key.access_key_id;
    format!("{ALGORITHM} Credential={credential}/{scope}, SignedHeaders={names}, Signature={signature}")
}

/// The canonical request, and the names of its signed headers separated by semicolons.
fn canonical_request(request: &Request<'_>) -> (String, String) {
    let (path, query) = request.path_and_query.split_once('?').unwrap_or((request.path_and_query, ""));
    let mut headers: Vec<(String, String)> =
        request.signed.iter().map(|(name, value)| (name.to_ascii_lowercase(), canonical_value(value))).collect();
    // Stable: values of one name keep their order.
    headers.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (mut lines, mut names) = (String::new(), String::new());
    for values in headers.chunk_by(|(one, _), (other, _)| one == other) {
        let name = &values[0].0;
        let values: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
        lines.push_str(&format!("{name}:{}\n", values.join(",")));
        names.push_str(if names.is_empty() { "" } else { ";" });
        names.push_str(name);
    }
    let (path, query) = (canonical_path(path, request.rule), canonical_query(query));
    (format!("{}\n{path}\n{query}\n{lines}\n{names}\n{}", request.method, request.payload), names)
}

fn hmac(key: &[u8], text: &str) -> [u8; 32] {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
    mac.chain_update(text).finalize().into_bytes().into()
}

/// The last second of the year 9999.
const LAST: i64 = 253_402_300_799;

/// `YYYYMMDD'T'HHMMSS'Z'`, of a time from 1970 to 9999.
fn date_and_time(seconds: i64) -> String {
    let seconds = seconds.clamp(0, LAST);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years begin in March, so that the leap day is the last one. 146,097 days are 400 years.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}
