//! Numbers and texts that a script leaves alone.

use crate::support::{Pool, patient};

const BODY: &str = r#"{"big":9007199254740993,"neg":-12345678901234567890123,"price":1.10,"huge":1e400,"one":1.0,"n":1,"long":0.1234567890123456789,"zero":-0,"exp":1E+2,"safe":9007199254740991,"in":{"deep":[1.10,1.1,2.50]},"text":"\u00e9\/\ud83d","name\u0041":null}"#;

/// The same with the usual escapes of names.
fn kept() -> String {
    BODY.replace("name\\u0041", "nameA")
}

#[tokio::test]
async fn an_untouched_body_is_sent_as_it_came() {
    let pool = Pool::new(patient());
    assert_eq!(pool.changed("", BODY).await, kept());
    assert_eq!(pool.changed("webhook.body.x = 1", BODY).await, kept().replace(":null}", ":null,\"x\":1}"));
    let moved = pool.changed("webhook.body = { was: webhook.body }", BODY).await;
    assert_eq!(moved, format!("{{\"was\":{}}}", kept()));
    assert_eq!(pool.changed("", " { \"a\" : [ 1.0 , \"\" ] } ").await, r#"{"a":[1.0,""]}"#);
}

#[tokio::test]
async fn copied_numbers_keep_their_value() {
    let pool = Pool::new(patient());
    let copy = pool.changed("const b = webhook.body; webhook.body = { ...b, n: b.one }", BODY).await;
    let expected = kept()
        .replace("\"price\":1.10", "\"price\":1.1")
        .replace("\"one\":1.0", "\"one\":1")
        .replace("-0,", "0,")
        .replace("1E+2", "100");
    assert_eq!(copy, expected);
    assert_eq!(
        pool.changed("webhook.body = [webhook.body.big + 1n, webhook.body.n + 0.5]", BODY).await,
        "[9007199254740994,1.5]"
    );
    // Two numbers that JavaScript cannot tell apart keep their spelling in their places only.
    let twins = r#"{"a":0.12345678901234567891,"b":0.12345678901234567892}"#;
    assert_eq!(pool.changed("", twins).await, twins);
    assert_eq!(pool.changed("webhook.body = [webhook.body.a]", twins).await, "[0.12345678901234568]");
    assert_eq!(pool.changed("webhook.body.b = 2", twins).await, r#"{"a":0.12345678901234567891,"b":2}"#);
    assert_eq!(pool.changed("webhook.body.a *= 2", r#"{"a":1.10}"#).await, r#"{"a":2.2}"#);
}

#[tokio::test]
async fn unusual_members_survive() {
    let pool = Pool::new(patient());
    for (body, expected) in [
        (r#"{"__proto__":{"a":1},"constructor":2}"#, r#"{"__proto__":{"a":1},"constructor":2}"#),
        (r#"{"toJSON":1,"length":2,"":3}"#, r#"{"toJSON":1,"length":2,"":3}"#),
        (r#"{"a":1,"a":2.0}"#, r#"{"a":2.0}"#),
        (r#"{"b":1,"10":2,"2":3}"#, r#"{"2":3,"10":2,"b":1}"#),
        (r#"[]"#, "[]"),
        (r#""text""#, "text"),
        ("7", "7"),
        ("1.10", "1.10"),
    ] {
        assert_eq!(pool.changed("", body).await, expected, "{body}");
    }
    let long = format!("{{\"a\":{}}}", "9".repeat(2_000));
    assert_eq!(pool.changed("", &long).await, long);
    let deep = format!("{}1.0{}", "[".repeat(100), "]".repeat(100));
    assert_eq!(pool.changed("", &deep).await, deep);
    let deeper = pool.with_body("export default w => w", &format!("[{deep}]")).await.result.unwrap_err();
    assert!(deeper.to_string().contains("nested too deeply"), "{deeper}");
}
