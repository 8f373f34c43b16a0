//! Styles and pieces of text that several views use.

use super::text::clean;
use ratatui::{
    style::{Color, Modifier, Style},
    text::Span,
    widgets::{Block, Borders},
};

pub(super) const BAD: Style = Style::new().fg(Color::Red);
pub(super) const WARN: Style = Style::new().fg(Color::Yellow);
pub(super) const GOOD: Style = Style::new().fg(Color::Green);
pub(super) const DIM: Style = Style::new().add_modifier(Modifier::DIM);
pub(super) const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
pub(super) const SELECTED: Style = Style::new().add_modifier(Modifier::REVERSED);

/// A block whose title is bold when its list has the selection.
pub(super) fn pane(title: String, is_chosen: bool) -> Block<'static> {
    let style = if is_chosen { BOLD } else { DIM };
    Block::new().borders(Borders::TOP).title(Span::styled(format!(" {title} "), style))
}

/// The error, or the status of a response.
pub(super) fn error_text(code: Option<u16>, message: Option<&str>) -> String {
    match (code, message) {
        (_, Some(message)) => clean(message),
        (Some(code), None) => format!("HTTP {code}"),
        (None, None) => "-".to_owned(),
    }
}

/// `breaker_open` → `breaker open`.
pub(super) fn words(name: &str) -> String {
    match name {
        "breaker_half_open" => "half open".to_owned(),
        name => clean(&name.replace('_', " ")),
    }
}
