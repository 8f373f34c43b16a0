//! The task of a stream: reads the feed four times a second, and gives its reader what fits.

use super::{places::Place, shown};
use crate::{
    App,
    auth::{Identity, Read, Viewer},
};
use axum::{extract::FromRequestParts, response::sse::Event};
use delivery::{Change, ChangeOf, Entry, Position, Reader, Skipped};
use http::request::Parts;
use model::TenantId;
use std::{collections::HashMap, time::Duration};
use tokio::sync::mpsc;

/// Interval of looks at the feed; changes of an object within it are one.
const TICK: Duration = Duration::from_millis(250);
/// Maximum number of events and deliveries in a second, and the ticks of a second.
const A_SECOND: u32 = 100;
const SECOND: u32 = 4;
/// Ticks after which the caller's credential is checked again: 4 seconds.
const CHECK: u32 = 4 * SECOND;
/// Minimum number of ticks between two gaps: 2 seconds.
const BETWEEN_GAPS: u32 = 2 * SECOND;
/// Events that wait for the reader; a reader that is slower is dropped.
const WAITING: usize = 256;
/// Time after which a client is to open a stream that has ended again.
const RETRY: Duration = Duration::from_secs(2);

/// The reader is gone, or too slow.
struct Gone;

pub(super) struct Sending {
    app: App,
    /// The tenant whose changes are sent; `None`: all.
    scope: Option<TenantId>,
    sender: mpsc::Sender<Event>,
    /// Changes that were counted and not sent, since the last `skipped`.
    skipped: Skipped,
    has_gap: bool,
    /// Ticks until a gap may be told.
    until_gap: u32,
    /// Rows that may still be sent in this second.
    left: u32,
    /// Ticks until the next second.
    until_second: u32,
    _place: Place,
}

/// The changes of one look at the feed, of which a stream sends some.
#[derive(Default)]
struct Batch {
    /// The last state of each object, in the order of their first changes.
    changes: Vec<Change>,
    places: HashMap<ChangeOf, usize>,
    skipped: Skipped,
    has_gap: bool,
}

impl Batch {
    fn add(&mut self, entry: &Entry) {
        match entry {
            Entry::Change(change) => match self.places.get(&change.of()) {
                Some(place) => self.changes[*place] = change.clone(),
                None => {
                    self.places.insert(change.of(), self.changes.len());
                    self.changes.push(change.clone());
                }
            },
            Entry::Skipped(_, skipped) => self.skipped.add(*skipped),
            Entry::Gap(_) => self.has_gap = true,
        }
    }
}

impl Sending {
    /// Starts the task; returns the events.
    pub(super) fn start(
        app: App,
        scope: Option<TenantId>,
        from: Option<Position>,
        parts: Parts,
        place: Place,
    ) -> mpsc::Receiver<Event> {
        let (sender, events) = mpsc::channel(WAITING);
        let reader = app.engine.feed.read(from);
        let sending = Self {
            app,
            scope,
            sender,
            skipped: Skipped::default(),
            has_gap: false,
            until_gap: 0,
            left: A_SECOND,
            until_second: SECOND,
            _place: place,
        };
        tokio::spawn(sending.run(reader, parts));
        events
    }

    async fn run(mut self, mut reader: Reader, mut parts: Parts) {
        let mut until_check = CHECK;
        let begin = Event::default().id(reader.position().to_string()).retry(RETRY);
        if self.sender.try_send(begin).is_err() {
            return;
        }
        loop {
            if self.app.engine.is_draining() {
                return;
            }
            until_check -= 1;
            if until_check == 0 {
                until_check = CHECK;
                // The caller of the request was looked up at its beginning; its key or link may have ended since.
                parts.extensions.remove::<Identity>();
                if Viewer::<Read>::from_request_parts(&mut parts, &self.app).await.is_err() {
                    return;
                }
            }
            if self.round(&mut reader).is_err() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = self.sender.closed() => return,
            }
        }
    }

    /// Sends what the feed has. Its last event names the position, so a client that misses a part gets all of it again.
    fn round(&mut self, reader: &mut Reader) -> Result<(), Gone> {
        let news = reader.news();
        let mut batch = Batch { has_gap: news.is_lost, ..Batch::default() };
        for entry in news.pieces.iter().flat_map(|piece| piece.iter()) {
            let is_shown = match (&self.scope, entry.tenant()) {
                (Some(scope), Some(tenant)) => scope == tenant,
                (None, _) | (_, None) => true,
            };
            if is_shown {
                batch.add(entry);
            }
        }
        let events = self.events(batch);
        let last = events.len().saturating_sub(1);
        for (at, event) in events.into_iter().enumerate() {
            let event = if at == last { event.id(reader.position().to_string()) } else { event };
            self.sender.try_send(event).map_err(|_| Gone)?;
        }
        Ok(())
    }

    fn events(&mut self, batch: Batch) -> Vec<Event> {
        let (ids, at) = (self.app.settings.ids, self.app.clock.now());
        let mut events = Vec::new();
        self.skipped.add(batch.skipped);
        for change in &batch.changes {
            if !matches!(change, Change::Subscription { .. }) {
                if self.left == 0 {
                    self.skipped.count(change);
                    continue;
                }
                self.left -= 1;
            }
            let (name, data) = shown::change(change, ids, at);
            events.push(Event::default().event(name).data(data.to_string()));
        }
        self.until_second -= 1;
        if self.until_second == 0 {
            (self.until_second, self.left) = (SECOND, A_SECOND);
            if !self.skipped.is_empty() {
                let data = shown::skipped(std::mem::take(&mut self.skipped));
                events.push(Event::default().event("skipped").data(data.to_string()));
            }
        }
        self.has_gap |= batch.has_gap;
        self.until_gap = self.until_gap.saturating_sub(1);
        if self.has_gap && self.until_gap == 0 {
            (self.has_gap, self.until_gap) = (false, BETWEEN_GAPS);
            events.push(Event::default().event("gap").data("{}"));
        }
        events
    }
}
