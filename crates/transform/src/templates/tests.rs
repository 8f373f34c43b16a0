//! Limits and validity of all templates, with everyday and hostile events.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

pub(super) const KEY: &str = "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY01";

fn options(template: Template) -> Options {
    let key = [("routing_key".to_owned(), KEY.to_owned())];
    let map = if template == Template::PagerDuty { BTreeMap::from(key) } else { BTreeMap::new() };
    Options::check(template, map).unwrap()
}

fn units(value: &Value) -> usize {
    text::units(value.as_str().unwrap())
}

/// Checks one rendered event against the limits of its receiver.
fn check(template: Template, event: &EventFacts<'_>) -> Result<(), String> {
    let rendered = template.render(event, &options(template));
    let body = std::str::from_utf8(&rendered.body).map_err(|error| error.to_string())?;
    for (name, value) in &rendered.headers {
        let visible = value.bytes().all(|byte| matches!(byte, b'!'..=b'~')) && value.len() <= cloudevents::VALUE;
        if !visible || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            return Err(format!("{name}: {value}"));
        }
    }
    if template == Template::Form {
        let count = form_urlencoded::parse(&rendered.body).count();
        return if body.is_ascii() && count >= 4 { Ok(()) } else { Err(body.to_owned()) };
    }
    serde_json::from_str::<serde::de::IgnoredAny>(body).map_err(|error| error.to_string())?;
    // A parsed value is limited to 128 levels; the two templates that pass data on have no limits of their own.
    let Ok(json) = serde_json::from_str::<Value>(body) else {
        let passes = matches!(template, Template::CloudEvents | Template::CloudEventsBinary | Template::PagerDuty);
        return if passes { Ok(()) } else { Err("too deep".to_owned()) };
    };
    let mut faults = Vec::new();
    let mut limit = |what: &str, size: usize, max: usize| {
        if size > max || size == 0 {
            faults.push(format!("{what}: {size} of {max}"));
        }
    };
    match template {
        Template::Slack => {
            limit("text", units(&json["text"]), chat::SLACK_SECTION);
            limit("header", units(&json["blocks"][0]["text"]["text"]), chat::SLACK_HEADER);
            limit("section", units(&json["blocks"][1]["text"]["text"]), chat::SLACK_SECTION);
            let section = json["blocks"][1]["text"]["text"].as_str().unwrap();
            limit("fences", section.matches("```").count(), 2);
            limit(
                "markup",
                1 + json["text"].as_str().unwrap().matches(['<', '>']).count() + section.matches(['<', '>']).count(),
                1,
            );
        }
        Template::Discord => {
            let embed = &json["embeds"][0];
            limit("title", units(&embed["title"]), chat::DISCORD_TITLE);
            limit("description", units(&embed["description"]), chat::DISCORD_DESCRIPTION);
            let fields = embed["fields"].as_array().unwrap();
            limit("fields", fields.len(), 25);
            let mut total = units(&embed["title"]) + units(&embed["description"]);
            for field in fields {
                limit("value", units(&field["value"]), chat::DISCORD_VALUE);
                total += units(&field["value"]) + units(&field["name"]);
            }
            limit("total", total, chat::DISCORD_TOTAL);
            assert_eq!(json["allowed_mentions"], serde_json::json!({ "parse": [] }));
        }
        Template::MicrosoftTeams => limit("message", body.len(), cards::MESSAGE_MAX),
        Template::PagerDuty => {
            limit("summary", units(&json["payload"]["summary"]), alerts::SUMMARY);
            limit("source", units(&json["payload"]["source"]), 255);
            limit("dedup_key", 1 + units(&json["dedup_key"]), alerts::DEDUP_KEY + 1);
            limit("event", body.len(), 512_000);
        }
        Template::Opsgenie => {
            limit("message", units(&json["message"]), alerts::MESSAGE);
            limit("alias", 1 + units(&json["alias"]), alerts::ALIAS + 1);
            limit("description", units(&json["description"]), alerts::DESCRIPTION);
            let details = json["details"].as_object().unwrap();
            limit("details", details.iter().map(|(k, v)| text::units(k) + units(v)).sum(), alerts::DETAILS_TOTAL);
        }
        _ => {}
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

#[test]
fn hostile_events_are_rendered_within_the_limits() {
    let big = format!("{{\"text\":\"{}\"}}", "x".repeat(1_000_000));
    let escapes = format!("{{\"text\":\"{}\"}}", "\\u0001".repeat(100_000));
    let emoji = format!("{{\"text\":\"{}\"}}", "😀".repeat(100_000));
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let many = format!("{{{}}}", (0..5_000).map(|n| format!("\"key{n}\":\"v\"")).collect::<Vec<_>>().join(","));
    let long = "y".repeat(100_000);
    for data in [
        big.as_str(),
        &escapes,
        &emoji,
        &deep,
        &many,
        "{}",
        "[]",
        "null",
        "1",
        "\"x\"",
        "",
        "{",
        "not json",
        r#"{"a":"``` <!channel> @everyone <@123> <at>x</at> [x](http://evil) &amp; </script>"}"#,
        r#"{"":{"":[]},"\u0000":"\u0000\ud83d"}"#,
    ] {
        for name in ["order.paid", "", "<!channel> @everyone *b* \r\nx: y \u{0} ``` 😀", long.as_str()] {
            let timestamp = "2026-11-30T12:00:00Z";
            let event =
                EventFacts { id: name, kind: name, timestamp, tenant: name, source: name, data, metadata: "{}" };
            for template in Template::ALL {
                if let Err(fault) = check(template, &event) {
                    panic!("{}: {fault}\n{:.100} {name:.100}", template.name(), data);
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_gives_a_valid_payload(id in ".*", kind in ".*", tenant in "\\PC*", text in "(?s).{0,3000}", source in ".*") {
        let data = serde_json::json!({ text.clone(): [text, 1, { "a": null }] }).to_string();
        let timestamp = "2026-11-30T12:00:00Z";
        let event = EventFacts { id: &id, kind: &kind, timestamp, tenant: &tenant, source: &source, data: &data, metadata: "{}" };
        for template in Template::ALL {
            prop_assert_eq!(check(template, &event), Ok(()));
        }
    }
}

fn event<'a>(data: &'a str, source: &'a str) -> EventFacts<'a> {
    let timestamp = "2026-11-30T12:00:00Z";
    EventFacts {
        id: "evt_1",
        kind: "order.paid",
        timestamp,
        tenant: "acme",
        source,
        data,
        metadata: r#"{"region":"eu"}"#,
    }
}

#[test]
fn data_keeps_its_digits_where_it_is_passed_on() {
    let data = r#"{"big":9007199254740993,"price":1.10}"#;
    for (template, part) in [
        (Template::CloudEvents, format!("\"data\":{data}}}")),
        (Template::CloudEventsBinary, data.to_owned()),
        (Template::PagerDuty, format!("\"custom_details\":{data}}}}}")),
        (Template::Form, "data%5Bbig%5D=9007199254740993&data%5Bprice%5D=1.10".to_owned()),
        (Template::Opsgenie, "\"data.price\":\"1.10\"".to_owned()),
    ] {
        let body =
            String::from_utf8(template.render(&event(data, "https://shop.example"), &options(template)).body).unwrap();
        assert!(body.contains(&part), "{body}");
    }
}

#[test]
fn names_of_forms_are_flattened() {
    let data = r#"{"customer":{"id":"c_1","tags":["a","b"]},"none":null,"yes":true,"empty":{},"a&b":"x=y z"}"#;
    let body = Template::Form.render(&event(data, ""), &Options::default()).body;
    let pairs: Vec<_> = form_urlencoded::parse(&body).map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        pairs[4..],
        [
            "data[customer][id]=c_1",
            "data[customer][tags][0]=a",
            "data[customer][tags][1]=b",
            "data[none]=",
            "data[yes]=true",
            "data[a&b]=x=y z",
            "metadata[region]=eu",
        ]
    );
}

#[test]
fn a_form_is_not_much_longer_than_its_event() {
    // 20,000 numbers below a name of 900 characters: with flattened names, 18 MB from 40 KB.
    let name = "n".repeat(900);
    let data = format!("{{\"{name}\":[{}]}}", vec!["1"; 20_000].join(","));
    let body = Template::Form.render(&event(&data, ""), &Options::default()).body;
    assert!(body.len() < 4 * data.len(), "{} bytes", body.len());
    let pairs: Vec<_> = form_urlencoded::parse(&body).collect();
    assert_eq!(pairs[4], ("data".into(), data.into()));
    assert_eq!(pairs[5].0, "metadata[region]");
}

#[test]
fn header_values_of_cloud_events_are_percent_encoded() {
    let event = EventFacts { id: "Euro € 😀 \"%", ..event("{}", "my shop:1") };
    let headers = Template::CloudEventsBinary.render(&event, &Options::default()).headers;
    let of = |name: &str| headers.iter().find(|(n, _)| n == name).unwrap().1.as_str();
    assert_eq!(of("ce-id"), "Euro%20%E2%82%AC%20%F0%9F%98%80%20%22%25");
    assert_eq!(of("ce-source"), "./my%2520shop:1");
    assert_eq!(of("ce-specversion"), "1.0");
}

#[test]
fn markup_and_mentions_have_no_effect() {
    let event = EventFacts { kind: "<!channel> *x* @everyone", ..event(r#"{"a":"```<@U1>"}"#, "") };
    let render = |template: Template| String::from_utf8(template.render(&event, &options(template)).body).unwrap();
    assert!(render(Template::Slack).contains("&lt;!channel&gt;") && !render(Template::Slack).contains("<@U1>"));
    assert!(render(Template::Discord).contains(r#""allowed_mentions":{"parse":[]}"#));
    assert!(render(Template::MicrosoftTeams).contains(r"&lt;!channel> \\*x\\*"));
}

#[test]
fn templates_have_names() {
    for template in Template::ALL {
        assert_eq!(Template::parse(template.name()), Some(template));
    }
    assert_eq!(Template::parse("nope"), None);
}
