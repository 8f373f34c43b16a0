//! Hostile filters and documents: nothing panics, overflows the stack or runs for long.

use filter::{DEPTH, Decision, Document, Filter, LENGTH, Why};
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn document() -> Document {
    let data = br#"{"n": 7, "half": 2.5, "text": "hello", "huge": 1e30, "at": "2026-03-01T12:00:00Z", "a": [1],
        "items": [{"price": 200, "sku": "x"}], "list": [1, 2.5, "x"], "map": {"a": 1, "b": 2}}"#;
    Document::parse("order.paid", "acme", data, b"").unwrap()
}

/// Runs on the stack of a server's thread.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap();
}

#[allow(clippy::disallowed_methods)] // Measures how long the call takes.
fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    (run(), start.elapsed())
}

/// Texts that are repeated up to the length of a filter.
const PARTS: &[&str] = &[
    "(",
    "[",
    "{",
    "{1:",
    "f(",
    "data.all(",
    "data.x.exists(x,",
    "!",
    "-",
    "!(",
    "-(",
    "a?",
    "a?b:",
    "a||",
    "a&&",
    "a&&b||",
    "1+",
    "a.",
    "a[",
    "[0]",
    ")",
    "]",
    "}",
    ",",
    ":",
    "?",
    ".",
    "'",
    "\"",
    "'''",
    "\\",
    "//",
    "\n",
    "\0",
    "=",
    "==",
    "&",
    "|",
    "<",
    "in ",
    "data in ",
    "has(",
    "0",
    "0x",
    "1e",
    "9",
    "u",
    "r'",
    "b'",
    "é",
    "🐱",
    "@",
    "`",
    "[{(",
    "!-",
    "a.b{",
    "a{b:",
    "1,",
    "matches('', ",
    "''.matches(",
    "data.x==1||",
    "'x',",
];

#[test]
fn deep_and_long_text_is_refused_or_accepted_without_overflow() {
    on_a_small_stack(|| {
        let fill = |part: &str| part.repeat(LENGTH / part.len());
        for part in PARTS {
            for text in [fill(part), format!("{}1", fill(part)), format!("data.x == {}", fill(part))] {
                let text: String = text.chars().take(LENGTH).collect();
                let (parsed, took) = timed(|| Filter::parse(&text));
                assert!(took < Duration::from_secs(5), "{part:?} took {took:?}");
                if let Ok(filter) = parsed {
                    filter.decide(&document());
                }
            }
        }
    });
}

#[test]
fn every_construct_is_accepted_close_to_the_depth_and_refused_beyond() {
    on_a_small_stack(|| {
        for (open, middle, close, per_level) in [
            ("(", "true", ")", 1),
            ("!(", "true", ")", 1),
            ("[", "1", "] != []", 3),
            ("true ? true : ", "true", "", 1),
            ("int(", "1", ")", 1),
            ("data.a.exists(x, ", "true", ")", 3),
            ("true && (false || (", "true", "))", 2),
            ("[1].all(x, {1: ", "true", "}[1])", 4),
            ("", "data", ".a", 1),
            ("", "data", "[0]", 1),
            ("data.a + ", "data.a", "", 2),
        ] {
            let text = |levels: usize| format!("{}{middle}{}", open.repeat(levels), close.repeat(levels));
            let beyond = Filter::parse(&text(DEPTH + 2)).unwrap_err();
            assert!(beyond.message.contains("levels deep"), "{open}{close}: {beyond}");
            let levels = DEPTH / per_level - 2;
            match Filter::parse(&text(levels)) {
                Ok(filter) => _ = filter.decide(&document()),
                Err(fault) => assert!(!fault.message.contains("levels deep"), "{}: {fault}", text(levels)),
            }
        }
    });
}

#[test]
fn prefixes_of_a_filter_never_panic() {
    let source = r#"data.items.exists(i, i.price >= 1.5e2 && !(i.sku in ["ä", 'b', r"\d"])) ? has(data.a) : data["x"][0].size() == 0x1F
        || metadata.k.matches("^\\w+\u00e4$") // end
        && timestamp(data.at) - duration("1h") < timestamp("2026-01-01T00:00:00Z") && {1: true}[1]"#;
    Filter::parse(source).unwrap();
    let chars: Vec<char> = source.chars().collect();
    for end in 0..chars.len() {
        for text in [chars[..end].iter().collect::<String>(), chars[end..].iter().collect()] {
            if let Ok(filter) = Filter::parse(&text) {
                filter.decide(&document());
            }
        }
    }
}

#[test]
fn regular_expressions_are_bounded() {
    for pattern in [
        "(a*)*b",
        "(a|a)*b",
        "(a|aa)+$",
        "(.*)(.*)(.*)x",
        "(?:(?:a{9}){9}){9}",
        r"(\w+\s?)+$",
        "(?i)ß{99}",
        "(?:[ab]{0,90}){9}c",
        "(?:[ab]*a[ab]{60}){9}c",
        "(?:[ab]{0,20}){9}c",
        "(?:[ab]{0,9}){9}c",
    ] {
        let filter = Filter::parse(&format!("data.text.matches(r'{pattern}')")).unwrap();
        for length in [1 << 20, 90_000, 30_000, 9_000, 2_300] {
            let data = format!("{{\"text\": \"{}\"}}", "ab".repeat(length / 2));
            let document = Document::parse("t", "t", data.as_bytes(), b"").unwrap();
            let (_, took) = timed(|| filter.decide(&document));
            assert!(took < Duration::from_secs(10), "{pattern} took {took:?} for {length}");
        }
    }
    let many = "data.text.matches('[a-z]{99}') || ".repeat(100) + "true";
    assert!(Filter::parse(&many).unwrap_err().message.contains("too large"));
    for pattern in ["a{1000}{1000}", "((((a{99}){99}){99}){99})", "(", "[", "(?P<n", &"(".repeat(3_000), r"\p{nope}"] {
        let fault = Filter::parse(&format!("data.text.matches(r'{pattern}')")).unwrap_err();
        assert!(fault.message.contains("regular expression"), "{pattern}: {fault}");
    }
}

/// A document with lists of 100 and 10,000 numbers and a string of 1 MB.
fn large() -> Document {
    let list = |length: usize| (0..length).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let data = format!(
        "{{\"l\": [{}], \"k\": [{}], \"s\": \"{}\", \"m\": \"{}\", \"deep\": {}{}}}",
        list(100),
        list(10_000),
        "a".repeat(1 << 20),
        "a".repeat(90_000),
        "[".repeat(120),
        "]".repeat(120)
    );
    Document::parse("t", "t", data.as_bytes(), b"").unwrap()
}

#[test]
fn loops_and_large_values_end_at_the_budget() {
    let document = large();
    for source in [
        "data.l.all(a, data.l.all(b, data.l.all(c, a + b + c >= 0)))",
        "data.k.map(a, data.k.map(b, a * b)) == []",
        "data.k.all(a, a in data.k)",
        "data.k.all(a, data.k == data.k)",
        "data.l.all(a, data.s.contains('b') || true)",
        "data.l.all(a, data.s + data.s != '')",
        "data.l.all(a, data.s.lowerAscii() != '')",
        "data.l.all(a, data.s.size() > 0)",
        "data.l.all(a, data.s == data.s.upperAscii().lowerAscii())",
        "data.l.all(a, data.s.matches('b$') || true)",
        "data.l.all(a, data.s <= data.s)",
        "data.l.all(a, size(data.k + data.k) > 0)",
        "data.k.exists(a, data.l.exists(b, b.missing == 1))",
        "data.k.filter(a, data.l.exists_one(b, a == b)).size() == 100",
    ] {
        let filter = Filter::parse(source).unwrap();
        let (decision, took) = timed(|| filter.decide(&document));
        assert_eq!(decision, Decision::Differs(Why::TooManySteps), "{source}");
        assert!(took < Duration::from_secs(2), "{source} took {took:?}");
    }
}

#[test]
fn usual_work_on_large_values_is_within_the_budget() {
    let document = large();
    for source in [
        "data.k.all(a, a >= 0)",
        "9999 in data.k",
        "!data.s.contains('b')",
        "data.s.startsWith('aaa') && data.s.size() == 1048576",
        "data.l.all(a, data.l.exists(b, a == b))",
        "data.deep == data.deep",
        "data.l.map(a, a * 2).filter(a, a > 100).size() == 49",
        "!data.m.matches('b$')",
    ] {
        assert_eq!(Filter::parse(source).unwrap().decide(&document), Decision::Matches, "{source}");
    }
}

/// Text that is likely to be a filter.
fn filters() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "data",
        "data.n",
        "data.list",
        "data.map",
        "data.none",
        "data.text",
        "data.huge",
        "data.half",
        "type",
        "tenant",
        "metadata",
        "1",
        "-1",
        "0",
        "2.5",
        "18446744073709551615u",
        "'a'",
        "'é🐱'",
        "true",
        "false",
        "null",
        "[]",
        "[1, 'a']",
        "{'a': 1}",
        "x",
        "duration('1s')",
        "timestamp(0)",
        "timestamp(data.at)",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(6, 40, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        let binary =
            prop::sample::select(vec!["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in"]);
        let method = prop::sample::select(vec![
            "size()",
            "lowerAscii()",
            "upperAscii()",
            "contains('a')",
            "startsWith(type)",
            "matches('a|b*')",
            "all(x, x == 1)",
            "exists(x, x > 0)",
            "exists_one(x, true)",
            "map(x, x)",
            "filter(x, has(x.a))",
            "a",
            "getHours()",
        ]);
        let global =
            prop::sample::select(vec!["int", "uint", "double", "string", "size", "timestamp", "duration", "!", "-"]);
        prop_oneof![
            (two.clone(), binary).prop_map(|((a, b), op)| format!("({a} {op} {b})")),
            (inner.clone(), method).prop_map(|(a, method)| format!("({a}).{method}")),
            (inner.clone(), global).prop_map(|(a, f)| format!("{f}({a})")),
            two.clone().prop_map(|(a, b)| format!("({a})[{b}]")),
            two.clone().prop_map(|(a, b)| format!("[{a}, {b}]")),
            two.clone().prop_map(|(a, b)| format!("{{{a}: {b}}}")),
            (two.clone(), prop::sample::select(vec!["all", "exists", "map", "filter"]))
                .prop_map(|((a, b), f)| format!("({a}).{f}(x, {b})")),
            (two, inner).prop_map(|((a, b), c)| format!("({a} ? {b} : {c})")),
        ]
    })
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        let names = prop::sample::select(vec!["n", "a", "list", "map", "text", "at", "é"]).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::vec((names, inner), 0..5)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        _ = Filter::parse(&String::from_utf8_lossy(&bytes));
        _ = Document::parse("t", "t", &bytes, &bytes);
    }

    #[test]
    fn random_tokens_never_panic(tokens in prop::collection::vec(prop::sample::select(vec![
        "data", ".", "x", "(", ")", "[", "]", "{", "}", ",", ":", "?", "1", "1.5", "'a'", "r'", "\"", "==", "!", "-", "+", "&&", "||",
        "in", "has", "all", "exists", " ", "\n", "\\", "é", "0x", "u", "true", "matches", "//",
    ]), 0..40)) {
        if let Ok(filter) = Filter::parse(&tokens.concat()) {
            filter.decide(&document());
        }
    }

    #[test]
    fn decisions_are_deterministic_and_end(
        source in filters(),
        data in prop::collection::vec((prop::sample::select(vec!["n", "list", "map", "text", "at"]), json()), 0..5),
    ) {
        let data: serde_json::Map<_, _> = data.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let data = serde_json::Value::Object(data).to_string();
        let document = Document::parse("t", "t", data.as_bytes(), b"").unwrap();
        if let Ok(filter) = Filter::parse(&source) {
            let (decision, took) = timed(|| filter.decide(&document));
            prop_assert!(took < Duration::from_secs(5));
            prop_assert_eq!(filter.decide(&document), decision.clone());
            let again = Filter::parse(&source).unwrap();
            prop_assert_eq!(again.decide(&document), decision);
        }
    }

    /// The negation of a condition fails for the same reason, and otherwise decides the opposite.
    #[test]
    fn negation_decides_the_opposite(source in filters()) {
        if let (Ok(filter), Ok(negation)) = (Filter::parse(&source), Filter::parse(&format!("!({source})"))) {
            match (filter.decide(&document()), negation.decide(&document())) {
                (Decision::Matches, other) => prop_assert_eq!(other, Decision::Differs(Why::False)),
                (Decision::Differs(Why::False), other) => prop_assert_eq!(other, Decision::Matches),
                (Decision::Differs(Why::NotBoolean(_)), other) => prop_assert!(matches!(other, Decision::Differs(Why::Types(_)))),
                (Decision::Differs(why), other) => prop_assert_eq!(other, Decision::Differs(why)),
            }
        }
    }
}
