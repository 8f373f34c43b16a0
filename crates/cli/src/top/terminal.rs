//! The terminal: taken over at the start, and given back at the end, after an error and after a panic.

use super::screen::Key;
use anyhow::Context;
use crossterm::{
    event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
    style,
};
use ratatui::{DefaultTerminal, Frame, style::Color};
use std::{thread, time::Duration};
use tokio::sync::mpsc;

/// Restores the terminal when dropped.
pub(super) struct Terminal {
    inner: DefaultTerminal,
    /// Without colours (<https://no-color.org>).
    is_plain: bool,
}

impl Terminal {
    /// Switches to raw mode and the alternate screen. A panic restores the terminal before its message is printed.
    pub(super) fn enter() -> anyhow::Result<Self> {
        let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        // Otherwise crossterm would write colours as empty sequences, which also reset bold and inverse.
        style::force_color_output(true);
        let inner = ratatui::try_init().context("the terminal cannot be used")?;
        Ok(Self { inner, is_plain })
    }

    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> anyhow::Result<()> {
        let is_plain = self.is_plain;
        let drawn = self.inner.draw(|frame| {
            draw(frame);
            if is_plain {
                let cells = &mut frame.buffer_mut().content;
                cells.iter_mut().for_each(|cell| (cell.fg, cell.bg) = (Color::Reset, Color::Reset));
            }
        });
        drawn.map(drop).context("the terminal cannot be written")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

/// An input of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    Key(Key),
    Resized,
    /// The terminal is gone.
    Closed,
}

/// How often the thread of [`inputs`] looks whether anybody listens.
const LOOK: Duration = Duration::from_millis(200);

/// The inputs of the terminal, read by a thread that ends with the receiver.
pub(super) fn inputs() -> mpsc::UnboundedReceiver<Input> {
    let (sender, receiver) = mpsc::unbounded_channel();
    thread::spawn(move || {
        while !sender.is_closed() {
            let input = match event::poll(LOOK) {
                Ok(false) => continue,
                Ok(true) => event::read().map_or(Some(Input::Closed), |event| of(&event)),
                Err(_) => Some(Input::Closed),
            };
            if input.is_some_and(|input| sender.send(input).is_err() || input == Input::Closed) {
                return;
            }
        }
    });
    receiver
}

fn of(event: &Event) -> Option<Input> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => key_of(key).map(Input::Key),
        Event::Resize(..) => Some(Input::Resized),
        _ => None,
    }
}

fn key_of(key: &KeyEvent) -> Option<Key> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return (key.code == KeyCode::Char('c')).then_some(Key::Interrupt);
    }
    Some(match key.code {
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Tab | KeyCode::BackTab => Key::Tab,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc | KeyCode::Backspace => Key::Escape,
        KeyCode::Char(c) => Key::Char(c),
        _ => return None,
    })
}
