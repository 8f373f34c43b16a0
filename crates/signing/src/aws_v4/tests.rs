//! Signatures compared with AWS's test suite and the examples of S3's API reference, and canonical forms as tables.

use super::{
    canonical::{
        PathRule::{self, Kept, Normalised},
        canonical_path, canonical_query, canonical_value,
    },
    *,
};
use proptest::prelude::*;

mod suite;

const KEY: AwsKey<'static> = AwsKey {
    access_key_id: "AKIAIOSFODNN7EXAMPLE",
    secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    session_token: None,
    region: "us-east-1",
    service: "s3",
};

fn signature(authorization: &str) -> &str {
    authorization.rsplit_once("Signature=").unwrap().1
}

/// S3's API reference, "Authenticating Requests: Using the Authorization Header": four requests and their signatures.
#[test]
fn examples_of_s3_have_their_signature() {
    const DATE: (&str, &str) = ("Date", "Fri, 24 May 2013 00:00:00 GMT");
    const CLASS: (&str, &str) = ("x-amz-storage-class", "REDUCED_REDUNDANCY");
    for (method, target, headers, body, expected) in [
        (
            "GET",
            "/test.txt",
            &[("Range", "bytes=0-9")][..],
            "",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT",
            "/test$file.text",
            &[DATE, CLASS],
            "Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        ("GET", "/?lifecycle", &[], "", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("GET", "/?max-keys=2&prefix=J", &[], "", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ] {
        let host = "examplebucket.s3.amazonaws.com";
        let added = sign_aws_v4(&KEY, method, host, target, headers, body.as_bytes(), 1_369_353_600);
        assert_eq!(signature(&added[0].1), expected, "{method} {target}");
    }
}

#[test]
fn added_headers_replace_those_of_the_request() {
    let key = AwsKey { session_token: Some("temporary"), service: "execute-api", ..KEY };
    let headers = [
        ("X-Amz-Date", "19700101T000000Z"),
        ("Host", "other.example"),
        ("Authorization", "Bearer x"),
        ("X-Amz-Security-Token", "old"),
        ("User-Agent", "any"),
        ("traceparent", "00-1-1-00"),
        ("Content-Type", "application/json"),
    ];
    let added = sign_aws_v4(&key, "POST", "a.example", "/", &headers, b"{}", 1_440_938_160);
    let names: Vec<&str> = added.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"]);
    let names = "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, ";
    assert!(added[0].1.contains(names), "{}", added[0].1);
    assert!(added[0].1.starts_with(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/execute-api/aws4_request, SignedHeaders="
    ));
    assert_eq!((added[1].1.as_str(), added[3].1.as_str()), ("20150830T123600Z", "temporary"));
    assert_eq!(added[2].1, hex(&Sha256::digest(b"{}")));
    let fewer = sign_aws_v4(&key, "POST", "a.example", "/", &headers[6..], b"{}", 1_440_938_160);
    assert_eq!(fewer, added);
}

#[test]
fn each_signed_part_changes_the_signature() {
    let sign = |key: &AwsKey<'_>, method, host, target, headers: &[_], body: &[u8], seconds| {
        signature(&sign_aws_v4(key, method, host, target, headers, body, seconds)[0].1).to_owned()
    };
    let mut all = std::collections::BTreeSet::new();
    all.insert(sign(&KEY, "POST", "a", "/", &[], b"", 0));
    all.insert(sign(&KEY, "PUT", "a", "/", &[], b"", 0));
    all.insert(sign(&KEY, "POST", "b", "/", &[], b"", 0));
    all.insert(sign(&KEY, "POST", "a", "/x", &[], b"", 0));
    all.insert(sign(&KEY, "POST", "a", "/?x", &[], b"", 0));
    all.insert(sign(&KEY, "POST", "a", "/", &[("x", "1")], b"", 0));
    all.insert(sign(&KEY, "POST", "a", "/", &[], b"x", 0));
    all.insert(sign(&KEY, "POST", "a", "/", &[], b"", 1));
    all.insert(sign(&AwsKey { secret_access_key: "other", ..KEY }, "POST", "a", "/", &[], b"", 0));
    all.insert(sign(&AwsKey { region: "eu-west-1", ..KEY }, "POST", "a", "/", &[], b"", 0));
    all.insert(sign(&AwsKey { service: "lambda", ..KEY }, "POST", "a", "/", &[], b"", 0));
    all.insert(sign(&AwsKey { session_token: Some("t"), ..KEY }, "POST", "a", "/", &[], b"", 0));
    assert_eq!(all.len(), 12);
}

#[test]
fn canonical_paths_follow_the_rule_of_the_service() {
    for (path, normalised, kept) in [
        ("", "/", "/"),
        ("/", "/", "/"),
        ("a", "/a", "/a"),
        ("//a//b//", "/a/b/", "//a//b//"),
        ("/a/./b/../c", "/a/c", "/a/./b/../c"),
        ("/../..", "/", "/../.."),
        ("/a/..//", "/", "/a/..//"),
        // Canonical strings that AWS answered: aws/aws-sdk-js, issue 853, and curl/curl, issue 13754.
        ("/_search/%3Fa=b%20c", "/_search/%253Fa%3Db%2520c", "/_search/%3Fa%3Db%20c"),
        ("/data/asset_id=mine/x", "/data/asset_id%3Dmine/x", "/data/asset_id%3Dmine/x"),
        ("/a%2fb%7e+c", "/a%252fb%257e%2Bc", "/a%2Fb~%2Bc"),
        ("/%zz%", "/%25zz%25", "/%25zz%25"),
        ("/ä", "/%C3%A4", "/%C3%A4"),
        ("/%c3%a4", "/%25c3%25a4", "/%C3%A4"),
    ] {
        assert_eq!(canonical_path(path, Normalised), normalised, "{path}");
        assert_eq!(canonical_path(path, Kept), kept, "{path}");
    }
    for (service, rule) in [("s3", Kept), ("s3express", Kept), ("execute-api", Normalised), ("S3", Normalised)] {
        assert_eq!(PathRule::of(service), rule);
    }
}

#[test]
fn canonical_queries_are_encoded_and_sorted() {
    for (query, canonical) in [
        ("", ""),
        ("&&", ""),
        ("b&a=&c=1=2", "a=&b=&c=1%3D2"),
        ("a=2&a=1&A=3&aa=0", "A=3&a=1&a=2&aa=0"),
        // By encoded name: "%7B" sorts before "Z".
        ("Z=1&{=2&a-=3&a=4", "%7B=2&Z=1&a=4&a-=3"),
        ("a=b+c&d=%2B%20%2f", "a=b%20c&d=%2B%20%2F"),
        ("a=%7e%zz%4", "a=~%25zz%254"),
        ("a=/?:@", "a=%2F%3F%3A%40"),
        ("=x", "=x"),
    ] {
        assert_eq!(canonical_query(query), canonical, "{query}");
    }
}

#[test]
fn white_space_in_header_values_is_collapsed() {
    for (value, canonical) in
        [("", ""), (" a  \"b   c\" ", "a \"b c\""), ("a\t\tb\r\n c", "a b c"), ("\u{a0}a", "\u{a0}a")]
    {
        assert_eq!(canonical_value(value), canonical);
    }
}

#[test]
fn dates_are_those_of_the_gregorian_calendar() {
    for (seconds, expected) in [
        (0, "19700101T000000Z"),
        (951_782_399, "20000228T235959Z"),
        (951_782_400, "20000229T000000Z"),
        (951_868_800, "20000301T000000Z"),
        (1_709_164_800, "20240229T000000Z"),
        (4_107_542_400, "21000301T000000Z"),
        (4_107_542_399, "21000228T235959Z"),
        (1_735_689_599, "20241231T235959Z"),
        (LAST, "99991231T235959Z"),
        (i64::MAX, "99991231T235959Z"),
        (i64::MIN, "19700101T000000Z"),
    ] {
        assert_eq!(date_and_time(seconds), expected);
    }
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", AwsKey { session_token: Some("hush"), secret_access_key: "hush", ..KEY });
    assert!(!shown.contains("hush") && shown.contains("us-east-1"), "{shown}");
}

proptest! {
    #[test]
    fn any_request_is_signed(
        method in ".*", host in ".*", target in ".*", name in ".*", value in ".*",
        service in prop_oneof![Just("s3"), Just("lambda"), Just("")], body: Vec<u8>, seconds: i64,
    ) {
        let key = AwsKey { service, session_token: Some(&value), ..KEY };
        let added = sign_aws_v4(&key, &method, &host, &target, &[(&name, &value)], &body, seconds);
        prop_assert_eq!(added.len(), 4);
        prop_assert_eq!(signature(&added[0].1).len(), 64);
    }

    /// A receiver that decodes a path finds the same canonical form, and one that normalises it, too.
    #[test]
    fn canonical_forms_are_canonical(path in "/[a-z%./+ ä=]{0,24}", query in "[a-c&=%+ä2]{0,24}") {
        let kept = canonical_path(&path, Kept);
        prop_assert_eq!(&canonical_path(&kept, Kept), &kept);
        let once = canonical_query(&query);
        prop_assert_eq!(&canonical_query(&once), &once);
        prop_assert!(!canonical_path(&path, Normalised).contains("//"));
    }
}
