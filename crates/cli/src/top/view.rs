//! Draws the screen. Only the sixteen colours of every terminal are used, and each colour repeats a word.

mod inspect;
mod parts;
mod text;

use super::{
    data::{Node, RecentError, Troubled},
    screen::{Change, Notice, Pane, Screen, Subject, View},
};
use model::Timestamp;
use parts::{BAD, BOLD, DIM, GOOD, SELECTED, WARN, error_text, pane, words};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::{Paragraph, Row, Table, TableState, Wrap},
};
use std::collections::BTreeMap;
use text::{age, bytes, clean, count, place, rate};

const HELP: &str = "enter inspect  p pause  a activate  r retry  b breaker  tab list  ? help  q quit";

/// Nodes shown, at most.
const NODES: usize = 4;
/// Columns from which on tables have wide columns.
const WIDE: u16 = 100;
/// The names of troubles, the worst first.
const TROUBLES: [&str; 6] = ["breaker_open", "breaker_half_open", "failing", "disabled", "limited", "paused"];

pub(super) fn draw(frame: &mut Frame<'_>, screen: &Screen) {
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(head_height(screen)), Constraint::Min(0), Constraint::Length(1)])
            .areas(frame.area());
    frame.render_widget(Paragraph::new(head_lines(screen)), head);
    match &screen.view {
        View::Lists => lists(frame, screen, body),
        View::Help => help(frame, body),
        View::Inspect(subject, detail) => inspect::draw(frame, screen, subject, detail.as_deref(), body),
    }
    frame.render_widget(foot_line(screen), foot);
}

fn head_height(screen: &Screen) -> u16 {
    4 + screen.overview.nodes.len().min(NODES) as u16
}

fn head_lines(screen: &Screen) -> Vec<Line<'static>> {
    let overview = &screen.overview;
    let mut title =
        vec![Span::styled("postrider top", BOLD), Span::raw(format!("  {}  {}", clean(&screen.url), overview.at))];
    if overview.paused {
        title.push(Span::styled("  ALL DELIVERIES ARE PAUSED", WARN.add_modifier(Modifier::BOLD)));
    }
    let mut lines = vec![Line::from(title), rates(screen), load(screen), backlog(screen)];
    lines.extend(overview.nodes.iter().take(NODES).map(|node| node_line(node, overview.at)));
    if let (Some(last), true) = (lines.last_mut(), overview.nodes.len() > NODES) {
        last.push_span(Span::styled(format!("  and {} more", overview.nodes.len() - NODES), DIM));
    }
    lines
}

fn rates(screen: &Screen) -> Line<'static> {
    let Some(now) = screen.per_second() else { return Line::styled("per second  …", DIM) };
    let bad = |rate: f64, style: Style| if rate > 0.0 { style } else { Style::new() };
    Line::from(vec![
        Span::styled("per second  ", DIM),
        Span::raw(format!("published {}  delivered {}  ", rate(now.published), rate(now.delivered))),
        Span::styled(format!("failed {}", rate(now.failed)), bad(now.failed, BAD)),
        Span::raw("  "),
        Span::styled(format!("retries {}", rate(now.retried)), bad(now.retried, WARN)),
    ])
}

fn load(screen: &Screen) -> Line<'static> {
    let load = screen.overview.load;
    Line::from(vec![
        Span::styled("load        ", DIM),
        Span::raw(format!(
            "in flight {}  lanes busy {}, parked {}  memory {}  journal {}",
            load.in_flight,
            load.busy_lanes,
            load.parked_lanes,
            bytes(load.queued_bytes),
            load.journal_depth
        )),
    ])
}

fn backlog(screen: &Screen) -> Line<'static> {
    let backlog = &screen.overview.backlog;
    let mut spans = vec![Span::styled("backlog     ", DIM), Span::styled(count(backlog.waiting, backlog.capped), BOLD)];
    if let Some(oldest) = backlog.oldest_at {
        spans.push(Span::raw(format!(" (oldest {})", age(oldest, screen.overview.at))));
    }
    for one in &backlog.queues {
        spans.push(Span::raw(format!("  {} {}", one.queue, count(one.waiting, one.capped))));
    }
    Line::from(spans)
}

fn node_line(node: &Node, now: Timestamp) -> Line<'static> {
    let style = match node.state.as_str() {
        "live" => GOOD,
        "lost" => BAD,
        _ => WARN,
    };
    let mark = if node.is_this { " (this)" } else { "" };
    let silent = if node.state == "live" { String::new() } else { format!(", silent {}", age(node.heartbeat_at, now)) };
    Line::from(vec![
        Span::styled("node        ", DIM),
        Span::raw(format!("{}{mark} {} {} ", clean(&node.name), node.role, node.version)),
        Span::styled(node.state.clone(), style),
        Span::raw(format!("{silent}, {} waiting", count(node.waiting, false))),
    ])
}

fn lists(frame: &mut Frame<'_>, screen: &Screen, area: Rect) {
    // The list with the selection gets the larger part.
    let parts = match screen.pane {
        Pane::Troubled => [Constraint::Fill(3), Constraint::Fill(2)],
        Pane::Errors => [Constraint::Fill(2), Constraint::Fill(3)],
    };
    let [upper, lower] = Layout::vertical(parts).areas(area);
    troubled(frame, screen, upper);
    errors(frame, screen, lower);
}

/// Splits off a line for the selected row's whole text, in the list that has the selection.
fn with_line_below(area: Rect, is_chosen: bool) -> (Rect, Rect) {
    let [table, below] = Layout::vertical([Constraint::Min(0), Constraint::Length(u16::from(is_chosen))]).areas(area);
    (table, below)
}

/// The numbers of subscriptions in trouble, the worst first.
fn trouble_title(troubles: &BTreeMap<String, u64>) -> String {
    let rank = |name: &str| TROUBLES.iter().position(|known| *known == name).unwrap_or(TROUBLES.len());
    let mut all: Vec<(&String, &u64)> = troubles.iter().collect();
    all.sort_by_key(|(name, _)| rank(name));
    let all: Vec<String> = all.into_iter().map(|(name, count)| format!("{} {count}", words(name))).collect();
    if all.is_empty() { "Trouble".to_owned() } else { format!("Trouble: {}", all.join(", ")) }
}

fn troubled(frame: &mut Frame<'_>, screen: &Screen, area: Rect) {
    let overview = &screen.overview;
    let is_chosen = screen.pane == Pane::Troubled;
    let block = pane(trouble_title(&overview.troubles), is_chosen);
    if overview.troubled.is_empty() {
        let line = Line::styled("No subscription is in trouble.", GOOD);
        return frame.render_widget(Paragraph::new(line).block(block), area);
    }
    let (area, below) = with_line_below(area, is_chosen);
    if let Some(one) = overview.troubled.get(screen.troubled_row) {
        let reason = one.reason.as_deref().unwrap_or("-");
        frame.render_widget(Line::styled(format!("{}: {}", clean(&one.subscription_id), clean(reason)), BOLD), below);
    }
    let widths = [
        Constraint::Length(12),
        Constraint::Max(if area.width < WIDE { 10 } else { 20 }),
        Constraint::Fill(1),
        Constraint::Length(8),
        Constraint::Length(6),
        Constraint::Length(7),
        Constraint::Fill(1),
    ];
    let row = |one: &Troubled| {
        Row::new([
            Span::styled(words(&one.trouble), style_of(&one.trouble)),
            Span::raw(clean(&one.tenant_id)),
            Span::raw(place(&one.url)),
            Span::raw(format!("{:>8}", count(one.waiting, one.capped))),
            Span::raw(one.since.map_or_else(|| "-".to_owned(), |since| age(since, overview.at))),
            Span::raw(one.next_attempt_at.map_or_else(|| "-".to_owned(), |at| age(overview.at, at))),
            Span::raw(clean(one.reason.as_deref().unwrap_or("-"))),
        ])
    };
    let head = Row::new(["STATE", "TENANT", "RECEIVER", " WAITING", "SINCE", "NEXT IN", "REASON"]).style(DIM);
    let table = Table::new(overview.troubled.iter().map(row), widths).header(head).block(block);
    let table = if is_chosen { table.row_highlight_style(SELECTED) } else { table };
    frame.render_stateful_widget(table, area, &mut TableState::new().with_selected(screen.troubled_row));
}

fn errors(frame: &mut Frame<'_>, screen: &Screen, area: Rect) {
    let overview = &screen.overview;
    let is_chosen = screen.pane == Pane::Errors;
    let block = pane("Recent errors of this node".to_owned(), is_chosen);
    if overview.errors.is_empty() {
        return frame.render_widget(Paragraph::new(Line::styled("None since its start.", GOOD)).block(block), area);
    }
    let (area, below) = with_line_below(area, is_chosen);
    if let Some(one) = overview.errors.get(screen.error_row) {
        let error = error_text(one.response_code, one.error_message.as_deref());
        frame.render_widget(Line::styled(format!("{}: {error}", clean(&one.subscription_id)), BOLD), below);
    }
    let is_wide = area.width >= WIDE;
    let widths = [
        Constraint::Length(6),
        Constraint::Max(if is_wide { 20 } else { 10 }),
        Constraint::Max(if is_wide { 24 } else { 16 }),
        Constraint::Length(3),
        Constraint::Length(8),
        Constraint::Fill(1),
    ];
    let row = |one: &RecentError| {
        let (next, style) = match one.next_retry_at {
            Some(at) => (age(overview.at, at), WARN),
            None => ("given up".to_owned(), BAD),
        };
        Row::new([
            Span::raw(age(one.at, overview.at)),
            Span::raw(clean(&one.tenant_id)),
            Span::raw(clean(&one.event_type)),
            Span::raw(format!("{:>3}", one.attempt_number)),
            Span::styled(next, style),
            Span::raw(error_text(one.response_code, one.error_message.as_deref())),
        ])
    };
    let head = Row::new(["AGO", "TENANT", "EVENT", "TRY", "NEXT IN", "ERROR"]).style(DIM);
    let table = Table::new(overview.errors.iter().map(row), widths).header(head).block(block);
    let table = if is_chosen { table.row_highlight_style(SELECTED) } else { table };
    frame.render_stateful_widget(table, area, &mut TableState::new().with_selected(screen.error_row));
}

fn style_of(trouble: &str) -> Style {
    match trouble {
        "breaker_open" | "failing" | "disabled" => BAD,
        _ => WARN,
    }
}

fn help(frame: &mut Frame<'_>, area: Rect) {
    let text = "\
up, down, j, k, page up, page down   select a row
tab      select in the other list: subscriptions in trouble, recent errors
enter    inspect the subscription: its last deliveries, and the attempts of one
esc      back
p        pause the subscription: its deliveries wait (asks first)
a        activate a paused or disabled subscription: what waits is sent
r        send its failed deliveries again, by a replay (asks first)
b        reset the circuit breaker: what waits is sent at once
q        quit (also Ctrl-C)

Rates are averages of five seconds. Rates, load, trouble and errors are those of
the server that answers; backlog and nodes are those of the whole store. A count
with + is a lower bound.";
    let block = pane("Help".to_owned(), true);
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: false }).block(block), area);
}

fn foot_line(screen: &Screen) -> Line<'static> {
    if let Some((subject, change)) = &screen.question {
        return Line::styled(question(subject, *change), WARN.add_modifier(Modifier::BOLD));
    }
    match (&screen.lost, &screen.notice) {
        (Some(fault), _) => Line::styled(format!("not current: {}", clean(fault)), BAD),
        (None, Some(Notice::Failed(fault))) => Line::styled(clean(fault), BAD),
        (None, Some(Notice::Done(done))) => Line::styled(clean(done), GOOD),
        (None, None) => Line::styled(HELP, DIM),
    }
}

fn question(subject: &Subject, change: Change) -> String {
    let what = match change {
        Change::Pause => "Pause",
        Change::Retry => "Send again the failed deliveries of",
        Change::Activate => "Activate",
        Change::ResetBreaker => "Reset the circuit breaker of",
    };
    format!("{what} {}? y/n", clean(&subject.subscription))
}

#[cfg(test)]
pub(in crate::top) mod tests;
