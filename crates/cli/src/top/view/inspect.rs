//! One subscription: its state, its last deliveries, and the attempts of one of them.

use super::{
    parts::{BAD, DIM, GOOD, SELECTED, WARN, error_text, pane, words},
    text::{age, clean, count},
};
use crate::top::{
    data::{Attempt, Delivery, Detail},
    screen::{Screen, Subject},
};
use model::Timestamp;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::Style,
    text::{Line, Span},
    widgets::{Paragraph, Row, Table, TableState},
};

pub(super) fn draw(frame: &mut Frame<'_>, screen: &Screen, subject: &Subject, detail: Option<&Detail>, area: Rect) {
    let title = format!("{} of tenant {}", clean(&subject.subscription), clean(&subject.tenant));
    let Some(detail) = detail else {
        return frame.render_widget(Paragraph::new("reading …").block(pane(title, true)), area);
    };
    let now = screen.overview.at;
    let [upper, middle, lower] =
        Layout::vertical([Constraint::Length(5), Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
    frame.render_widget(Paragraph::new(state(detail, now)).block(pane(title, true)), upper);
    deliveries(frame, screen, &detail.deliveries, middle);
    attempts(frame, detail, now, lower);
}

fn state(detail: &Detail, now: Timestamp) -> Vec<Line<'static>> {
    let it = &detail.subscription;
    let (word, style) = match (&it.disabled_reason, it.is_active, it.breaker.state.as_str(), it.failing_since) {
        (Some(reason), ..) => (format!("disabled ({})", clean(reason)), BAD),
        (None, false, ..) => ("paused".to_owned(), WARN),
        (None, true, "open" | "half_open", _) => (format!("breaker {}", words(&it.breaker.state)), BAD),
        (None, true, _, Some(_)) => ("failing".to_owned(), BAD),
        (None, true, _, None) => ("active".to_owned(), GOOD),
    };
    let backlog = it.backlog.as_ref().map_or_else(String::new, |backlog| {
        let oldest = backlog.oldest_at.map_or_else(String::new, |at| format!(" (oldest {})", age(at, now)));
        format!(", waiting {}{oldest}", count(backlog.waiting, backlog.capped))
    });
    let ago = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), |at| format!("{} ago", age(at, now)));
    let failing = it.failing_since.map_or_else(String::new, |at| format!(", failing for {}", age(at, now)));
    let reason = it.breaker.reason.as_deref().map_or_else(String::new, |reason| format!(": {}", clean(reason)));
    vec![
        Line::from(vec![Span::styled(word, style), Span::raw(format!("{backlog}{reason}"))]),
        Line::raw(format!("{}  {}", clean(&it.url), clean(it.description.as_deref().unwrap_or_default()))),
        Line::raw(format!("events {}", clean(&it.events.join(" ")))),
        Line::raw(format!(
            "attempts {} succeeded, {} failed, last success {}{failing}",
            count(it.success_count, false),
            count(it.failure_count, false),
            ago(it.last_success_at)
        )),
    ]
}

fn deliveries(frame: &mut Frame<'_>, screen: &Screen, deliveries: &[Delivery], area: Rect) {
    let block = pane("Last deliveries (enter: its attempts)".to_owned(), true);
    let widths =
        [Constraint::Length(8), Constraint::Max(24), Constraint::Length(9), Constraint::Length(3), Constraint::Fill(1)];
    let row = |one: &Delivery| {
        Row::new([
            Span::raw(age(one.created_at, screen.overview.at)),
            Span::raw(clean(&one.event_type)),
            Span::styled(clean(&one.status), status_style(&one.status)),
            Span::raw(format!("{:>3}", one.attempt_number)),
            Span::raw(error_text(one.response_code, one.error_message.as_deref())),
        ])
    };
    let head = Row::new(["AGE", "EVENT", "STATUS", "TRY", "LAST RESULT"]).style(DIM);
    let table = Table::new(deliveries.iter().map(row), widths).header(head).block(block).row_highlight_style(SELECTED);
    frame.render_stateful_widget(table, area, &mut TableState::new().with_selected(screen.delivery_row));
}

fn status_style(status: &str) -> Style {
    match status {
        "success" => GOOD,
        "failed" | "disabled" => BAD,
        _ => WARN,
    }
}

fn attempts(frame: &mut Frame<'_>, detail: &Detail, now: Timestamp, area: Rect) {
    let Some((id, attempts)) = &detail.attempts else {
        return frame.render_widget(Paragraph::new("No delivery yet.").block(pane("Attempts".to_owned(), false)), area);
    };
    let block = pane(format!("Attempts of {}", clean(id)), false);
    let widths = [Constraint::Length(3), Constraint::Length(8), Constraint::Length(10), Constraint::Fill(1)];
    let row = |one: &Attempt| {
        let body = one.response_body.as_deref().filter(|body| !body.is_empty());
        let body = body.map_or_else(String::new, |body| format!("  {}", clean(body)));
        let is_bad = one.error_message.is_some() || one.response_code.is_none_or(|code| code >= 400);
        let result = error_text(one.response_code, one.error_message.as_deref());
        Row::new([
            Span::raw(format!("{:>3}", one.attempt_number)),
            Span::raw(age(one.started_at, now)),
            Span::raw(format!("{:>7} ms", one.duration_ms)),
            Span::styled(format!("{result}{body}"), if is_bad { BAD } else { GOOD }),
        ])
    };
    let head = Row::new(["TRY", "AGE", "  DURATION", "RESULT"]).style(DIM);
    // The newest first: that is the one in question.
    frame.render_widget(Table::new(attempts.iter().rev().map(row), widths).header(head).block(block), area);
}
