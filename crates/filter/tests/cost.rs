//! The cost of filters. `cargo test --release -p postrider-filter --test cost -- --ignored --nocapture`.

#![allow(clippy::disallowed_methods, reason = "measures how long calls take")]

use filter::{Document, Filter};
use std::{hint::black_box, time::Instant};

fn nanos(label: &str, rounds: u32, mut run: impl FnMut()) {
    run();
    let start = Instant::now();
    (0..rounds).for_each(|_| run());
    println!("{label}: {:.1} µs", start.elapsed().as_secs_f64() * 1e6 / f64::from(rounds));
}

#[test]
#[ignore = "measures"]
fn costs() {
    let simple = r#"data.amount > 100 && data.currency == "EUR""#;
    let data = format!(
        r#"{{"id": "ord_1", "amount": 150, "currency": "EUR", "customer": {{"id": "c1", "tags": ["a", "b"]}}, "note": "{}", "s": "{}", "s90": "{}", "s30": "{}", "s9": "{}", "s2": "{}", "l": [{}]}}"#,
        "n".repeat(700),
        "ab".repeat(1 << 19),
        "ab".repeat(45_000),
        "ab".repeat(15_000),
        "ab".repeat(4_500),
        "ab".repeat(1_150),
        (0..100).map(|n| n.to_string()).collect::<Vec<_>>().join(",")
    );
    let small = &data[..data.find(", \"s\"").unwrap()].to_owned();
    let small = format!("{small}}}");
    nanos("parse a simple filter", 1_000, || _ = black_box(Filter::parse(simple)));
    let long = format!("data.x in [{}1]", "1,".repeat(1_990));
    nanos("parse 4,000 characters (a list)", 20, || _ = black_box(Filter::parse(&long)));
    let long = format!("{}data.a", "data.a||".repeat(490));
    nanos("parse 4,000 characters (a chain)", 20, || _ = black_box(Filter::parse(&long)));
    nanos("read a document of 0.8 KB", 10_000, || {
        _ = black_box(Document::parse("order.paid", "acme", small.as_bytes(), b""));
    });
    nanos("read a document of 1 MB", 20, || _ = black_box(Document::parse("order.paid", "acme", data.as_bytes(), b"")));
    let document = Document::parse("order.paid", "acme", small.as_bytes(), b"").unwrap();
    let filter = Filter::parse(simple).unwrap();
    nanos("decide a simple filter", 100_000, || _ = black_box(filter.decide(&document)));
    let missing = Filter::parse("data.customer.name == 'x'").unwrap();
    nanos("decide with a missing field", 100_000, || _ = black_box(missing.decide(&document)));
    let many: Vec<_> = (0..1_000)
        .map(|n| {
            Filter::parse(&format!(r#"data.amount > {n} && data.currency == "EUR" || "t{n}" in data.customer.tags"#))
        })
        .collect::<Result<_, _>>()
        .unwrap();
    nanos("1,000 filters on one event, with reading it", 100, || {
        let document = Document::parse("order.paid", "acme", small.as_bytes(), b"").unwrap();
        for filter in &many {
            black_box(filter.decide(&document));
        }
    });
    let document = Document::parse("order.paid", "acme", data.as_bytes(), b"").unwrap();
    for source in [
        "data.l.all(a, data.l.all(b, data.l.all(c, a + b + c >= 0)))",
        "data.l.all(a, data.l.all(b, data.l.all(c, c.x == 1 || c < 'x' || true)))",
        "data.l.all(a, data.l.all(b, data.l.all(c, timestamp('2026-01-01T00:00:00Z') < timestamp(string(timestamp(c))))))",
        "data.l.all(a, data.l.all(b, data.l.all(c, string(c * 1e-300) != '')))",
        "data.l.all(a, data.s.contains('abababababababababababababababac') || true)",
        "data.l.all(a, data.s.contains('c') || true)",
        "data.l.all(a, data.s.upperAscii() != 'A')",
        "data.l.all(a, data.s + data.s != '')",
        "data.l.all(a, size(data.s) > 0)",
        "data.l.map(a, data.l.map(b, data.l.map(c, data.l))) == []",
        r"data.s90.matches('c$')",
        r"data.s90.matches('[ab]*a[ab]{12}[cd]')",
        r"data.s90.matches('(?:[ab]{0,9}){3}[cd]')",
        r"data.s30.matches('(?:[ab]{0,20}){3}[cd]')",
        r"data.s30.matches('[ab]*a[ab]{90}[cd]')",
        r"data.s9.matches('(?:[ab]{0,50}){9}[cd]')",
        r"data.s9.matches('(?:[ab]*a[ab]{60}){4}[cd]')",
        r"data.s2.matches('(?:[ab]{0,90}){24}[cd]')",
        r"data.s2.matches('(?:[ab]*a[ab]{60}){20}[cd]')",
        r"data.s2.matches(r'^[\w.+-]+@[\w-]+\.[\w.]+$')",
    ] {
        let filter = Filter::parse(source).unwrap_or_else(|fault| panic!("{source}: {fault}"));
        println!("   {:?}", filter.decide(&document));
        nanos(source, 3, || _ = black_box(filter.decide(&document)));
    }
}
