//! The state of the screen: pure. Responses and keys change it, and a key may ask for a command.

use super::{
    data::{Detail, Overview},
    rates::{PerSecond, Rates},
};

/// A key, as far as the screen knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Up,
    Down,
    PageUp,
    PageDown,
    Tab,
    Enter,
    Escape,
    Interrupt,
    Char(char),
}

/// A subscription that a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) tenant: String,
    pub(super) subscription: String,
}

/// A change that the operator asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Pause,
    Activate,
    /// Sends failed deliveries again.
    Retry,
    ResetBreaker,
}

/// A request that the event loop makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Quit,
    /// Read a subscription, and the attempts of this delivery or of the newest one.
    Inspect(Subject, Option<String>),
    Change(Subject, Change),
}

/// The list that has the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pane {
    Troubled,
    Errors,
}

/// A line about the last command, or about the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    Done(String),
    Failed(String),
}

#[derive(Debug)]
pub(super) enum View {
    Lists,
    Help,
    /// `None` until the response arrives.
    Inspect(Subject, Option<Box<Detail>>),
}

#[derive(Debug)]
pub(super) struct Screen {
    /// The server's URL.
    pub(super) url: String,
    pub(super) overview: Overview,
    rates: Rates,
    pub(super) view: View,
    pub(super) pane: Pane,
    /// The row of each list, and in a subscription's view that of its deliveries.
    pub(super) troubled_row: usize,
    pub(super) error_row: usize,
    pub(super) delivery_row: usize,
    /// A change that waits for `y`.
    pub(super) question: Option<(Subject, Change)>,
    pub(super) notice: Option<Notice>,
    /// The last error of reading the overview, until a reading succeeds.
    pub(super) lost: Option<String>,
}

/// Rows of a page.
const PAGE: usize = 10;

impl Screen {
    pub(super) fn new(url: String, overview: Overview) -> Self {
        let mut rates = Rates::default();
        rates.add(overview.at, overview.totals);
        Self {
            url,
            overview,
            rates,
            view: View::Lists,
            pane: Pane::Troubled,
            troubled_row: 0,
            error_row: 0,
            delivery_row: 0,
            question: None,
            notice: None,
            lost: None,
        }
    }

    pub(super) fn per_second(&self) -> Option<PerSecond> {
        self.rates.per_second()
    }

    /// Shows a newer overview. The selection stays on its subscription, wherever that is listed now.
    pub(super) fn update(&mut self, overview: Overview) {
        let selected = self.overview.troubled.get(self.troubled_row).map(|one| one.subscription_id.clone());
        self.lost = None;
        self.rates.add(overview.at, overview.totals);
        if let Some(selected) = selected
            && let Some(row) = overview.troubled.iter().position(|one| one.subscription_id == selected)
        {
            self.troubled_row = row;
        }
        let shift = match (self.pane, self.overview.errors.first()) {
            // New errors are added above the selected one.
            (Pane::Errors, Some(newest)) if self.error_row > 0 => {
                overview.errors.iter().position(|one| one.at == newest.at).unwrap_or(0)
            }
            _ => 0,
        };
        self.overview = overview;
        self.error_row += shift;
        self.clamp();
    }

    /// Shows that the overview could not be read; the last one stays.
    pub(super) fn lose(&mut self, fault: String) {
        self.lost = Some(fault);
    }

    /// Shows a subscription, unless another one was chosen meanwhile.
    pub(super) fn inspected(&mut self, subject: &Subject, detail: Detail) {
        if let View::Inspect(wanted, shown) = &mut self.view
            && wanted == subject
        {
            *shown = Some(Box::new(detail));
            self.clamp();
        }
    }

    fn clamp(&mut self) {
        let last = |length: usize| length.saturating_sub(1);
        self.troubled_row = self.troubled_row.min(last(self.overview.troubled.len()));
        self.error_row = self.error_row.min(last(self.overview.errors.len()));
        let deliveries = match &self.view {
            View::Inspect(_, Some(detail)) => detail.deliveries.len(),
            _ => 0,
        };
        self.delivery_row = self.delivery_row.min(last(deliveries));
    }

    /// The subscription that keys act on.
    pub(super) fn subject(&self) -> Option<Subject> {
        let subject = |tenant: &String, id: &String| Subject { tenant: tenant.clone(), subscription: id.clone() };
        match (&self.view, self.pane) {
            (View::Inspect(subject, _), _) => Some(subject.clone()),
            (_, Pane::Troubled) => {
                self.overview.troubled.get(self.troubled_row).map(|one| subject(&one.tenant_id, &one.subscription_id))
            }
            (_, Pane::Errors) => {
                self.overview.errors.get(self.error_row).map(|one| subject(&one.tenant_id, &one.subscription_id))
            }
        }
    }

    pub(super) fn key(&mut self, key: Key) -> Option<Command> {
        if key == Key::Interrupt {
            return Some(Command::Quit);
        }
        if let Some((subject, change)) = self.question.take() {
            self.notice = None;
            return matches!(key, Key::Char('y' | 'Y')).then_some(Command::Change(subject, change));
        }
        self.notice = None;
        match key {
            Key::Char('q') => return Some(Command::Quit),
            Key::Char('?' | 'h') => self.view = if matches!(self.view, View::Help) { View::Lists } else { View::Help },
            Key::Escape => self.view = View::Lists,
            _ if matches!(self.view, View::Help) => {}
            Key::Tab => self.pane = if self.pane == Pane::Troubled { Pane::Errors } else { Pane::Troubled },
            Key::Up | Key::Char('k') => self.step(-1),
            Key::Down | Key::Char('j') => self.step(1),
            Key::PageUp => self.step(-(PAGE as isize)),
            Key::PageDown => self.step(PAGE as isize),
            Key::Enter => return self.inspect(),
            Key::Char('b') => return self.subject().map(|subject| Command::Change(subject, Change::ResetBreaker)),
            Key::Char('a') => return self.subject().map(|subject| Command::Change(subject, Change::Activate)),
            Key::Char('p') => self.ask(Change::Pause),
            Key::Char('r') => self.ask(Change::Retry),
            Key::Interrupt | Key::Char(_) => {}
        }
        None
    }

    /// Pausing and retrying reach a receiver's owner, so they are confirmed.
    fn ask(&mut self, change: Change) {
        self.question = self.subject().map(|subject| (subject, change));
    }

    fn inspect(&mut self) -> Option<Command> {
        let subject = self.subject()?;
        let delivery = match &self.view {
            View::Inspect(_, Some(detail)) => detail.deliveries.get(self.delivery_row).map(|one| one.id.clone()),
            _ => {
                self.delivery_row = 0;
                self.view = View::Inspect(subject.clone(), None);
                None
            }
        };
        Some(Command::Inspect(subject, delivery))
    }

    /// Moves the selection.
    fn step(&mut self, by: isize) {
        let row = match (&self.view, self.pane) {
            (View::Inspect(..), _) => &mut self.delivery_row,
            (_, Pane::Troubled) => &mut self.troubled_row,
            (_, Pane::Errors) => &mut self.error_row,
        };
        *row = row.saturating_add_signed(by);
        self.clamp();
    }
}

#[cfg(test)]
mod tests;
