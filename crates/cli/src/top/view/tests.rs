//! The screen as text, from fixed responses.

use super::draw;
use crate::top::{
    data::{Detail, Overview},
    screen::{Key, Notice, Screen},
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, style::Color};
use serde_json::{Value, json};

/// An overview with every kind of trouble; `seconds` is the time, and so many events were published per second.
pub(in crate::top) fn overview(seconds: u64) -> Overview {
    serde_json::from_value(overview_json(seconds)).unwrap()
}

fn at(seconds: i64) -> String {
    model::Timestamp::from_millis(1_800_000_000_000 + seconds * 1_000).to_string()
}

fn overview_json(seconds: u64) -> Value {
    let now = seconds as i64;
    let trouble = |trouble: &str, number: u32, waiting: u64, since: Option<i64>, next: Option<i64>, reason: &str| {
        json!({
            "tenant_id": format!("tenant-{number}"), "subscription_id": format!("sub_{number}"),
            "url": format!("https://{number}.example.com/hook?token=secret"), "trouble": trouble,
            "since": since.map(at), "reason": reason, "next_attempt_at": next.map(at), "in_flight": 1,
            "waiting": waiting, "capped": waiting == 10_000,
        })
    };
    let error = |ago: i64, code: Option<u16>, message: &str, next: Option<i64>| {
        json!({
            "at": at(now - ago), "tenant_id": "tenant-1", "subscription_id": "sub_1", "delivery_id": "dlv_1",
            "event_type": "invoice.created", "attempt_number": 2, "response_code": code, "error_message": message,
            "next_retry_at": next.map(at),
        })
    };
    json!({
        "at": at(now), "paused": false,
        "totals": {"since": at(-1_000), "published": seconds * 1_234, "delivered": seconds * 1_200,
                   "failed": seconds / 2, "retried": seconds * 7},
        "load": {"in_flight": 42, "busy_lanes": 7, "parked_lanes": 1, "queued_bytes": 2_500_000, "journal_depth": 3},
        "backlog": {"measured_at": at(now), "waiting": 31_337, "capped": true, "oldest_at": at(now - 7_500),
                    "queues": [{"queue": "normal", "waiting": 31_000, "capped": true, "oldest_at": at(0)},
                               {"queue": "retry", "waiting": 337, "capped": false, "oldest_at": at(0)}]},
        "troubles": {"breaker_open": 1, "breaker_half_open": 1, "failing": 1, "disabled": 1, "limited": 1, "paused": 1},
        "troubled": [
            trouble("breaker_open", 1, 10_000, Some(now - 300), Some(now + 5), "Connection refused by 1.example.com"),
            trouble("breaker_half_open", 2, 12, Some(now - 60), None, "HTTP 503 Service Unavailable"),
            trouble("failing", 3, 7, Some(now - 9), None, "Timeout: no complete response"),
            trouble("disabled", 4, 0, Some(now - 200_000), None, "the receiver answered 410 Gone"),
            trouble("limited", 5, 120, None, Some(now + 1), "rate limit"),
            trouble("paused", 6, 55, None, None, "paused by request"),
        ],
        "errors": [
            error(1, None, "Connection refused by 1.example.com", Some(now + 290)),
            error(65, Some(500), "HTTP 500 \u{1b}[2J", None),
        ],
        "nodes": [
            {"id": 1, "name": "one:8080", "role": "all", "version": "0.1.0", "state": "live", "started_at": at(0),
             "heartbeat_at": at(now), "waiting": 31_337, "is_this": true, "paused": false},
            {"id": 2, "name": "two:8080", "role": "worker", "version": "0.1.0", "state": "lost", "started_at": at(0),
             "heartbeat_at": at(now - 30), "waiting": 0, "is_this": false, "paused": false},
        ],
    })
}

pub(in crate::top) fn detail() -> Detail {
    let delivery = |number: u32, status: &str, message: Option<&str>| {
        json!({
            "id": format!("dlv_{number}"), "event_type": "invoice.created", "status": status, "response_code": null,
            "error_message": message, "attempt_number": 2, "created_at": at(0),
        })
    };
    let attempt = |number: u32, code: Option<u16>, message: Option<&str>, body: Option<&str>| {
        json!({
            "attempt_number": number, "started_at": at(i64::from(number)), "duration_ms": 15 * number,
            "response_code": code, "error_message": message, "response_body": body,
        })
    };
    Detail {
        subscription: serde_json::from_value(json!({
            "id": "sub_1", "url": "https://1.example.com/hook", "description": "Accounting", "events": ["invoice.*"],
            "is_active": true, "success_count": 1_000, "failure_count": 12, "disabled_reason": null,
            "failing_since": at(0), "last_success_at": at(-60),
            "breaker": {"state": "open", "reason": "Connection refused by 1.example.com"},
            "backlog": {"waiting": 10_000, "capped": true, "oldest_at": at(0)},
        }))
        .unwrap(),
        deliveries: serde_json::from_value(json!([
            delivery(1, "retrying", Some("Connection refused by 1.example.com")),
            delivery(2, "success", None),
        ]))
        .unwrap(),
        attempts: Some((
            "dlv_1".to_owned(),
            serde_json::from_value(json!([
                attempt(1, Some(503), None, Some("busy")),
                attempt(2, None, Some("Connection refused by 1.example.com"), None),
            ]))
            .unwrap(),
        )),
    }
}

fn screen() -> Screen {
    let mut screen = Screen::new("http://127.0.0.1:8080".to_owned(), overview(0));
    screen.update(overview(2));
    screen
}

fn drawn(screen: &Screen, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, screen)).unwrap();
    terminal.backend().buffer().clone()
}

fn shown(screen: &Screen, width: u16, height: u16) -> String {
    let buffer = drawn(screen, width, height);
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_lists_fit_into_80_columns_and_24_lines() {
    assert!(shown(&screen(), 80, 24).ends_with("q quit"));
    insta::assert_snapshot!(shown(&screen(), 80, 24));
}

#[test]
fn a_larger_terminal_shows_whole_texts() {
    let text = shown(&screen(), 140, 40);
    assert!(text.contains("Connection refused by 1.example.com"), "{text}");
}

#[test]
fn a_subscription_is_shown_with_its_deliveries_and_attempts() {
    let mut screen = screen();
    let Some(crate::top::screen::Command::Inspect(subject, None)) = screen.key(Key::Enter) else { panic!() };
    assert!(shown(&screen, 80, 24).contains("reading …"));
    screen.inspected(&subject, detail());
    insta::assert_snapshot!(shown(&screen, 80, 24));
}

#[test]
fn no_size_of_a_terminal_panics() {
    let mut screens = vec![screen(), screen(), screen()];
    let _ = screens[1].key(Key::Char('?'));
    let _ = screens[2].key(Key::Enter);
    let subject = screens[2].subject().unwrap();
    screens[2].inspected(&subject, detail());
    for screen in &screens {
        for (width, height) in [(1, 1), (5, 2), (20, 5), (40, 10), (79, 23), (300, 100)] {
            drawn(screen, width, height);
        }
    }
}

#[test]
fn foreign_control_characters_are_not_drawn_and_secrets_of_urls_are_not_shown() {
    let text = shown(&screen(), 140, 40);
    assert!(text.contains("HTTP 500 ·[2J"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains("token"), "{text}");
}

#[test]
fn only_the_colours_of_every_terminal_are_used() {
    let buffer = drawn(&screen(), 80, 24);
    let known = [Color::Reset, Color::Red, Color::Yellow, Color::Green];
    assert!(buffer.content.iter().all(|cell| known.contains(&cell.fg) && known.contains(&cell.bg)));
    assert!(buffer.content.iter().any(|cell| cell.fg == Color::Red));
}

#[test]
fn the_last_line_asks_reports_and_warns() {
    let mut screen = screen();
    let last = |screen: &Screen| shown(screen, 100, 24).lines().last().unwrap().to_owned();
    let _ = screen.key(Key::Char('p'));
    assert_eq!(last(&screen), "Pause sub_1? y/n");
    let _ = screen.key(Key::Char('n'));
    assert!(last(&screen).starts_with("enter inspect"));
    screen.notice = Some(Notice::Done("sub_1 is paused".to_owned()));
    assert_eq!(last(&screen), "sub_1 is paused");
    screen.lose("no response from http://127.0.0.1:8080".to_owned());
    assert_eq!(last(&screen), "not current: no response from http://127.0.0.1:8080");
    screen.update(overview(3));
    assert_eq!(last(&screen), "sub_1 is paused");
}
