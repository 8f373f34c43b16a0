//! AWS's test suite for Signature Version 4: requests and the signatures of their headers. `suite.tsv` has the facts from
//! `tests/aws-signing-test-suite/v4` of github.com/awslabs/aws-c-auth at commit 495329c, a request per line: name, rule of
//! the path, method, target, signature, session token, body, and the headers beside `host`.

use super::*;

const SUITE: AwsKey<'static> = AwsKey {
    access_key_id: "AKIDEXAMPLE",
    secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    session_token: None,
    region: "us-east-1",
    service: "service",
};
const HOST: &str = "example.amazonaws.com";
/// 2015-08-30T12:36:00Z.
const AT: i64 = 1_440_938_160;

struct Vector {
    name: String,
    rule: PathRule,
    method: String,
    target: String,
    signature: String,
    token: Option<String>,
    body: String,
    headers: Vec<(String, String)>,
}

fn vectors() -> Vec<Vector> {
    let text = |column: Option<&str>| column.unwrap().replace("\\n", "\n");
    let vector = |line: &str| {
        let mut columns = line.split('\t');
        Vector {
            name: text(columns.next()),
            rule: if columns.next() == Some("kept") { Kept } else { Normalised },
            method: text(columns.next()),
            target: text(columns.next()),
            signature: text(columns.next()),
            token: Some(text(columns.next())).filter(|token| !token.is_empty()),
            body: text(columns.next()),
            headers: columns
                .map(|header| {
                    text(Some(header)).split_once(':').map(|(name, value)| (name.into(), value.into())).unwrap()
                })
                .collect(),
        }
    };
    include_str!("suite.tsv").lines().map(vector).collect()
}

impl Vector {
    fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// The suite signs `x-amz-content-sha256` only of requests with a body.
#[test]
fn requests_of_the_suite_have_their_signature() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 38);
    for vector in &vectors {
        let payload = hex(&Sha256::digest(&vector.body));
        let time = date_and_time(AT);
        let mut signed = vector.headers();
        signed.extend([("host", HOST), (DATE, time.as_str())]);
        signed.extend(vector.token.iter().map(|token| (TOKEN, token.as_str())));
        if !vector.body.is_empty() {
            signed.push((CONTENT, payload.as_str()));
        }
        let Vector { method, target: path_and_query, rule, .. } = vector;
        let request = Request { method, path_and_query, rule: *rule, signed, payload: &payload, time: &time };
        assert_eq!(signature(&authorization(&SUITE, &request)), vector.signature, "{}", vector.name);
    }
}

/// Requests of the suite with a body have exactly the headers that the public function adds.
#[test]
fn the_public_function_signs_the_requests_with_a_body() {
    let vectors = vectors();
    let with_body: Vec<&Vector> = vectors.iter().filter(|vector| !vector.body.is_empty()).collect();
    assert_eq!(with_body.len(), 2);
    for vector in with_body {
        let (headers, body) = (vector.headers(), vector.body.as_bytes());
        let added = sign_aws_v4(&SUITE, &vector.method, HOST, &vector.target, &headers, body, AT);
        assert_eq!(signature(&added[0].1), vector.signature, "{}", vector.name);
    }
}
