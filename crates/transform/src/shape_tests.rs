//! Tests of the validation of answers, as a compromised worker could send them.

use super::*;

fn run(changes: Changes, body: &[u8]) -> Result<Shaped, String> {
    let headers = [("x-own".to_owned(), "1".to_owned()), ("x-locked".to_owned(), "2".to_owned())];
    let before = Before { body: b"{\"a\":1}", path: "/hook?x=1", method: "POST", headers: &headers };
    shape(&before, changes, body.to_vec(), 1_000, &|name| name.starts_with("x-") && name != "x-locked")
        .map_err(|fault| fault.to_string())
}

#[test]
fn no_change_keeps_the_request() {
    let shaped = run(Changes::default(), b"").unwrap();
    assert_eq!((shaped.body.as_ref(), shaped.content_type.as_str()), (&b"{\"a\":1}"[..], "application/json"));
    assert_eq!((shaped.path, shaped.method, shaped.headers.len()), (None, None, 2));
}

#[test]
fn bodies_are_checked() {
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    for (form, body, expected) in [
        (BodyForm::Json, "{\"a\":[9007199254740993]}".to_owned(), None),
        (BodyForm::Json, deep(100), None),
        (BodyForm::Json, deep(101), Some("nested too deeply")),
        (BodyForm::Json, "\"[[[\\\"[[\"".to_owned(), None),
        (BodyForm::Json, "{} {}".to_owned(), Some("is not JSON")),
        (BodyForm::Json, String::new(), Some("is not JSON")),
        (BodyForm::Text, "not json".to_owned(), None),
        (BodyForm::Text, "x".repeat(1_001), Some("larger than 1000 bytes")),
    ] {
        let changes = Changes { body: Some(form), ..Changes::default() };
        match (run(changes, body.as_bytes()), expected) {
            (Ok(_), None) => {}
            (Err(message), Some(part)) if message.contains(part) => {}
            (other, _) => panic!("{body}: {other:?}"),
        }
    }
    let changes = Changes { body: Some(BodyForm::Text), ..Changes::default() };
    assert!(run(changes, b"\xff").unwrap_err().contains("UTF-8"));
}

#[test]
fn headers_are_checked() {
    for (name, value, part) in [
        ("x-a\r\nhost", "1", "not a header name"),
        ("", "1", "not a header name"),
        ("x a", "1", "not a header name"),
        ("x-ä", "1", "not a header name"),
        ("x-a", "1\r\nhost: evil", "visible ASCII"),
        ("x-a", "\u{0}", "visible ASCII"),
        ("x-a", " 1", "visible ASCII"),
        ("x-a", "é", "visible ASCII"),
        ("content-type", "a/b\n", "visible ASCII"),
        ("host", "evil", "cannot set header `host`"),
        ("Host", "evil", "cannot set header `host`"),
        ("content-length", "3", "cannot set header"),
        ("x-locked", "3", "cannot set header `x-locked`"),
        ("x-a", &"x".repeat(20_000), "larger than"),
    ] {
        let changes = Changes { headers: Some(vec![(name.to_owned(), value.to_owned())]), ..Changes::default() };
        let message = run(changes, b"").unwrap_err();
        assert!(message.contains(part), "{name}: {message}");
    }
    let many = (0..51).map(|n| (format!("x-{n}"), String::new())).collect();
    assert!(run(Changes { headers: Some(many), ..Changes::default() }, b"").unwrap_err().contains("more than 50"));
    let twice = vec![("x-a".to_owned(), "1".to_owned()), ("X-A".to_owned(), "2".to_owned())];
    assert!(run(Changes { headers: Some(twice), ..Changes::default() }, b"").unwrap_err().contains("twice"));
    let fine = vec![
        ("X-New".to_owned(), "a b".to_owned()),
        ("Content-Type".to_owned(), "text/csv".to_owned()),
        ("x-locked".to_owned(), "2".to_owned()),
    ];
    let shaped = run(Changes { headers: Some(fine), ..Changes::default() }, b"").unwrap();
    assert_eq!(shaped.content_type, "text/csv");
    assert_eq!(shaped.headers, [("x-new".into(), "a b".into()), ("x-locked".into(), "2".into())]);
}

#[test]
fn paths_stay_on_the_host() {
    for path in [
        "",
        "hook",
        "//evil.example/x",
        "https://evil.example/",
        "/a b",
        "/a#b",
        "/a`b",
        "/a?b=<c>",
        "/a?b=\"c\"",
        "/\\evil.example",
        "/a\r\nhost: x",
        "/ü",
        "@evil.example",
        &format!("/{}", "a".repeat(2_000)),
    ] {
        let changes = Changes { path: Some(path.to_owned()), ..Changes::default() };
        assert!(run(changes, b"").unwrap_err().starts_with("path "), "{path}");
    }
    for path in ["/", "/a?b=https://x//y", "/a//b", &format!("/{}", "a".repeat(1_999))] {
        let changes = Changes { path: Some(path.to_owned()), ..Changes::default() };
        assert_eq!(run(changes, b"").unwrap().path.as_deref(), Some(path));
    }
}

#[test]
fn methods_are_a_closed_set() {
    for (name, expected) in [("PUT", Ok(Some(Method::Put))), ("POST", Ok(None)), ("put", Err(())), ("GET", Err(()))] {
        let changes = Changes { method: Some(name.to_owned()), ..Changes::default() };
        assert_eq!(run(changes, b"").map(|shaped| shaped.method).map_err(|_| ()), expected, "{name}");
    }
}
