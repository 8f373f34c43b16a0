//! Token requests and answers of token endpoints, hostile ones too, as tables.

use super::*;
use proptest::prelude::*;

fn settings() -> OAuth2 {
    OAuth2 {
        token_url: "https://id.example/token".into(),
        client_id: "me".into(),
        client_secret: "hush-hush 1".into(),
        scope: None,
        audience: None,
        client_authentication: ClientAuthentication::Header,
    }
}

#[test]
fn the_client_authenticates_by_header_or_in_the_form() {
    let header = token_request(&settings());
    assert_eq!(header.body, "grant_type=client_credentials");
    assert_eq!(header.headers[CONTENT_TYPE], "application/x-www-form-urlencoded");
    assert_eq!(header.headers[ACCEPT], "application/json");
    // me:hush-hush+1
    assert_eq!(header.headers[AUTHORIZATION], "Basic bWU6aHVzaC1odXNoKzE=");
    assert!(header.headers[AUTHORIZATION].is_sensitive());
    let body = token_request(&OAuth2 {
        scope: Some("read write:all".into()),
        audience: Some("https://api.example/?a&b".into()),
        client_authentication: ClientAuthentication::Body,
        ..settings()
    });
    assert_eq!(
        body.body,
        "grant_type=client_credentials&scope=read+write%3Aall&audience=https%3A%2F%2Fapi.example%2F%3Fa%26b&\
         client_id=me&client_secret=hush-hush+1"
    );
    assert_eq!(body.headers.len(), 2);
}

/// RFC 6749, section 2.3.1 and appendix B, whose example is the last row.
#[test]
fn id_and_secret_are_form_encoded_before_base64() {
    for (id, secret, plain) in [
        ("a:b", "c%d", "a%3Ab:c%25d"),
        ("ä", "+ /=", "%C3%A4:%2B+%2F%3D"),
        ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw", "s6BhdRkqt3:7Fjfp0ZBr1KtDRbnfVdmIw"),
        ("i", " %&+£€", "i:+%25%26%2B%C2%A3%E2%82%AC"),
    ] {
        let request = token_request(&OAuth2 { client_id: id.into(), client_secret: secret.into(), ..settings() });
        let value = request.headers[AUTHORIZATION].to_str().unwrap().strip_prefix("Basic ").unwrap();
        assert_eq!(STANDARD.decode(value).unwrap(), plain.as_bytes());
    }
}

#[test]
fn tokens_are_read_with_their_lifetime() {
    for (expires_in, expected) in [
        ("", None),
        (r#","expires_in":null"#, None),
        (r#","expires_in":3600"#, Some(3_600)),
        (r#","expires_in":"3600""#, Some(3_600)),
        (r#","expires_in":" 3599.9 ""#, Some(3_599)),
        (r#","expires_in":3599.9"#, Some(3_599)),
        (r#","expires_in":1e3"#, Some(1_000)),
        (r#","expires_in":0"#, Some(0)),
        (r#","expires_in":-1"#, Some(-1)),
        (r#","expires_in":-0.5"#, Some(-1)),
        (r#","expires_in":18446744073709551615"#, Some(i64::MAX)),
        (r#","expires_in":"99999999999999999999""#, Some(i64::MAX)),
        (r#","expires_in":-1e300"#, Some(i64::MIN)),
    ] {
        let body = format!(r#"{{"access_token":"t-1.~+/=","token_type":"bEARER"{expires_in},"scope":["x"]}}"#);
        for status in [200, 201] {
            let fetched = read_answer(&settings(), status, body.as_bytes()).unwrap();
            assert_eq!((fetched.access_token.as_str(), fetched.expires_in), ("t-1.~+/=", expected), "{body}");
        }
    }
    let long = "x".repeat(TOKEN_MAX);
    let body = format!(r#"{{"access_token":"{long}","token_type":"Bearer","error":null,"error_description":""}}"#);
    assert_eq!(read_answer(&settings(), 200, body.as_bytes()).unwrap().access_token, long);
}

#[test]
fn refusals_become_a_sentence() {
    for (status, body, expected) in [
        (401, r#"{"error":"invalid_client"}"#, "refused with HTTP 401, invalid_client"),
        (
            400,
            r#"{"error":"invalid_scope","error_description":"Unknown\r\n\tscope \u0000\u001b[31m \u202ex\u200b"}"#,
            "refused with HTTP 400, invalid_scope: Unknown scope [31m x",
        ),
        // GitHub answers so.
        (200, r#"{"error":"bad_verification","access_token":"t","token_type":"bearer"}"#, "HTTP 200, bad_verification"),
        (400, r#"{"error":"e","error_description":7}"#, "refused with HTTP 400, e"),
    ] {
        let sentence = read_answer(&settings(), status, body.as_bytes()).unwrap_err().to_string();
        assert!(sentence.starts_with("no access token: the token endpoint refused with HTTP "), "{sentence}");
        assert!(sentence.ends_with(expected), "{sentence}");
    }
    let body = format!(r#"{{"error":"e","error_description":"{}"}}"#, "ä".repeat(10_000));
    let sentence = read_answer(&settings(), 400, body.as_bytes()).unwrap_err().to_string();
    assert!(sentence.ends_with("ää…") && sentence.chars().count() < SHOWN_MAX + 100, "{sentence}");
}

#[test]
fn answers_without_a_token_are_faults() {
    let long = format!(r#"{{"access_token":"{}","token_type":"Bearer"}}"#, "x".repeat(TOKEN_MAX + 1));
    let deep = format!(r#"{{"access_token":"t","token_type":"Bearer","a":{}"#, "[".repeat(60_000));
    let huge = format!(r#"{{"access_token":"t","token_type":"Bearer","a":"{}"}}"#, "x".repeat(1_000_000));
    let html = "<!doctype html><title>Bad gateway</title>";
    let with = |more: &str| format!(r#"{{"access_token":"t"{more}}}"#);
    let visible = "access_token must be at most 16384 visible ASCII characters";
    let token = |token: &str| format!(r#"{{"access_token":{token},"token_type":"Bearer"}}"#);
    let lifetime = |value: &str| with(&format!(r#","token_type":"Bearer","expires_in":{value}"#));
    for (status, body, expected) in [
        (502, html.to_owned(), "HTTP 502 from the token endpoint"),
        (502, huge.clone(), "HTTP 502 from the token endpoint"),
        (503, String::new(), "HTTP 503 from the token endpoint"),
        (302, html.to_owned(), "HTTP 302 from the token endpoint, and redirects are not followed"),
        (404, r#"{"message":"hush-hush 1"}"#.to_owned(), "HTTP 404 from the token endpoint"),
        (400, r#"{"error":{"code":400}}"#.to_owned(), "HTTP 400 from the token endpoint"),
        (500, token(r#""t""#), "HTTP 500 from the token endpoint"),
        (200, html.to_owned(), "HTTP 200 from the token endpoint without a JSON object"),
        (200, "\0\u{ff}".to_owned(), "HTTP 200 from the token endpoint without a JSON object"),
        (200, r#"["t","Bearer",3600,null,null]"#.to_owned(), "HTTP 200 from the token endpoint without a JSON object"),
        (200, deep.clone(), "HTTP 200 from the token endpoint without a JSON object"),
        (200, format!("{{\"a\":{}", r#"{"a":"#.repeat(10_000)), "without a JSON object"),
        (200, lifetime("1e999"), "HTTP 200 from the token endpoint without a JSON object"),
        (200, huge.clone(), "HTTP 200 from the token endpoint with more than 65536 bytes"),
        (200, "{}".to_owned(), "the token endpoint's answer has no access_token"),
        (200, token(r#""""#), "the token endpoint's answer has no access_token"),
        (200, token("7"), "the token endpoint's answer has no access_token"),
        (200, token(r#""a\r\nX-Evil: 1""#), visible),
        (200, token(r#""a b""#), visible),
        (200, token(r#""ä""#), visible),
        (200, long, visible),
        (200, with(""), "the token endpoint's answer has no token_type, which must be Bearer"),
        (200, with(r#","token_type":["Bearer"]"#), "no token_type, which must be Bearer"),
        (200, with(r#","token_type":"m\u0000ac""#), "token_type must be Bearer, and is m ac"),
        (200, lifetime(r#""soon""#), "expires_in must be a number of seconds"),
        (200, lifetime(r#""NaN""#), "expires_in must be a number of seconds"),
        (200, lifetime(r#""""#), "expires_in must be a number of seconds"),
        (200, lifetime("[1]"), "expires_in must be a number of seconds"),
        (200, lifetime("true"), "expires_in must be a number of seconds"),
    ] {
        let sentence = read_answer(&settings(), status, body.as_bytes()).unwrap_err().to_string();
        assert!(sentence.starts_with("no access token: ") && sentence.ends_with(expected), "{sentence}");
    }
}

#[test]
fn the_client_secret_is_never_shown() {
    for echoed in [
        "hush-hush 1",
        "not hush-hush 1!",
        "hush-hush+1",
        "hush-hush%201",
        "hush-hush\\u0000 \\u200b\\n1",
        "Basic bWU6aHVzaC1odXNoKzE=",
    ] {
        for body in [
            format!(r#"{{"error":"{echoed}"}}"#),
            format!(r#"{{"error":"e","error_description":"{echoed}"}}"#),
            format!(r#"{{"access_token":"t","token_type":"{echoed}"}}"#),
        ] {
            let sentence = read_answer(&settings(), 200, body.as_bytes()).unwrap_err().to_string();
            assert!(sentence.ends_with("because it contains the client secret"), "{sentence}");
        }
    }
    let split = r#"{"error":"hush","error_description":"hush"}"#;
    let settings = OAuth2 { client_secret: "hush: hush".into(), ..settings() };
    assert!(!read_answer(&settings, 400, split.as_bytes()).unwrap_err().to_string().contains("hush"));
}

proptest! {
    /// Whatever an endpoint answers: no panic, a bounded line, no control character, no secret, and a safe token.
    #[test]
    fn any_answer_is_read(
        status: u16,
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            (".*", ".*").prop_map(|(error, text)| {
                serde_json::json!({"error": error, "error_description": text}).to_string().into_bytes()
            }),
            (".*", "(?i)bearer|.*", ".*").prop_map(|(token, kind, life)| {
                serde_json::json!({"access_token": token, "token_type": kind, "expires_in": life}).to_string().into_bytes()
            }),
        ],
    ) {
        match read_answer(&settings(), status, &body) {
            Ok(fetched) => {
                prop_assert!((200..300).contains(&status));
                prop_assert!(fetched.access_token.bytes().all(|byte| byte.is_ascii_graphic()));
            }
            Err(fault) => {
                let sentence = fault.to_string();
                prop_assert!(sentence.chars().count() <= SHOWN_MAX + 100);
                prop_assert!(!sentence.chars().any(|c| c.is_control() || is_hidden(c)), "{sentence:?}");
            }
        }
    }

    #[test]
    fn no_text_around_the_secret_shows_it(before in ".{0,20}", after in ".{0,20}", secret in "[a-z0-9]{8,20}") {
        let settings = OAuth2 { client_secret: secret.clone(), ..settings() };
        let body = serde_json::json!({"error": "e", "error_description": format!("{before}{secret}{after}")}).to_string();
        let sentence = read_answer(&settings, 400, body.as_bytes()).unwrap_err().to_string();
        prop_assert!(!sentence.contains(&secret), "{sentence}");
    }
}
