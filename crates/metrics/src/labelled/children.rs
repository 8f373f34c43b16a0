//! The series of a pair, each created when it is first counted.

use super::series::{Families, OTHER};
use crate::outcome::{REASONS, Status};
use parking_lot::RwLock;
use prometheus::{Histogram, IntCounter};
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU8, Ordering},
};

/// The state of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Counted,
    /// Its tenant lost its series to one with more deliveries.
    Demoted,
    /// Its tenant was deleted.
    Deleted,
}

#[derive(Debug)]
pub(super) struct Children {
    pub(super) event: Arc<str>,
    pub(super) tenant: Arc<str>,
    fate: AtomicU8,
    deliveries: [OnceLock<IntCounter>; Status::ALL.len()],
    duration: OnceLock<Histogram>,
    retries: [OnceLock<IntCounter>; REASONS.len()],
    published: OnceLock<IntCounter>,
    unmatched: OnceLock<IntCounter>,
    filtered: OnceLock<IntCounter>,
    responses: Arc<Responses>,
}

/// The responses to deliveries of an event type, of all tenants.
#[derive(Debug, Default)]
pub(super) struct Responses(RwLock<Vec<(&'static str, IntCounter)>>);

impl Children {
    pub(super) fn new(event: Arc<str>, tenant: Arc<str>, responses: Arc<Responses>) -> Self {
        Self {
            event,
            tenant,
            fate: AtomicU8::new(Fate::Counted as u8),
            deliveries: [const { OnceLock::new() }; Status::ALL.len()],
            duration: OnceLock::new(),
            retries: [const { OnceLock::new() }; REASONS.len()],
            published: OnceLock::new(),
            unmatched: OnceLock::new(),
            filtered: OnceLock::new(),
            responses,
        }
    }

    pub(super) fn fate(&self) -> Fate {
        match self.fate.load(Ordering::Acquire) {
            0 => Fate::Counted,
            1 => Fate::Demoted,
            _ => Fate::Deleted,
        }
    }

    fn get<'c, T>(
        &self,
        slot: &'c OnceLock<T>,
        families: &Families,
        make: impl FnOnce(&Families, [&str; 2]) -> T,
    ) -> Option<&'c T> {
        if let Some(known) = slot.get() {
            return Some(known);
        }
        let _no_removal = families.removing.read();
        if self.fate() != Fate::Counted {
            return None;
        }
        if slot.set(make(families, [&self.event, &self.tenant])).is_ok() {
            families.added();
        }
        slot.get()
    }

    pub(super) fn delivery(&self, families: &Families, status: Status) -> Option<&IntCounter> {
        self.get(&self.deliveries[status as usize], families, |families, [event, tenant]| {
            families.deliveries.with_label_values(&[event, tenant, status.name()])
        })
    }

    pub(super) fn duration(&self, families: &Families) -> Option<&Histogram> {
        self.get(&self.duration, families, |families, labels| families.durations.with_label_values(&labels))
    }

    pub(super) fn retry(&self, families: &Families, reason: usize) -> Option<&IntCounter> {
        self.get(&self.retries[reason], families, |families, [event, tenant]| {
            families.retries.with_label_values(&[event, tenant, REASONS[reason]])
        })
    }

    pub(super) fn published(&self, families: &Families) -> Option<&IntCounter> {
        self.get(&self.published, families, |families, labels| families.published.with_label_values(&labels))
    }

    pub(super) fn unmatched(&self, families: &Families) -> Option<&IntCounter> {
        self.get(&self.unmatched, families, |families, labels| families.unmatched.with_label_values(&labels))
    }

    pub(super) fn filtered(&self, families: &Families) -> Option<&IntCounter> {
        self.get(&self.filtered, families, |families, labels| families.filtered.with_label_values(&labels))
    }

    pub(super) fn response(&self, families: &Families, code: u16) {
        let code = status_label(code);
        if let Some((_, counter)) = self.responses.0.read().iter().find(|(known, _)| *known == code) {
            return counter.inc();
        }
        let _no_removal = families.removing.read();
        if self.fate() != Fate::Counted {
            return;
        }
        let mut known = self.responses.0.write();
        if let Some((_, counter)) = known.iter().find(|(known, _)| *known == code) {
            return counter.inc();
        }
        let counter = families.statuses.with_label_values(&[&*self.event, code]);
        counter.inc();
        families.added();
        known.push((code, counter));
    }

    /// Removes all series.
    pub(super) fn retire(&self, fate: Fate, families: &Families) {
        let _no_creation = families.removing.write();
        self.fate.store(fate as u8, Ordering::Release);
        let (event, tenant) = (&*self.event, &*self.tenant);
        let mut removed = 0;
        for status in Status::ALL {
            removed += usize::from(families.deliveries.remove_label_values(&[event, tenant, status.name()]).is_ok());
        }
        for reason in REASONS {
            removed += usize::from(families.retries.remove_label_values(&[event, tenant, reason]).is_ok());
        }
        removed += usize::from(families.durations.remove_label_values(&[event, tenant]).is_ok());
        removed += usize::from(families.published.remove_label_values(&[event, tenant]).is_ok());
        removed += usize::from(families.unmatched.remove_label_values(&[event, tenant]).is_ok());
        removed += usize::from(families.filtered.remove_label_values(&[event, tenant]).is_ok());
        families.removed(removed);
    }
}

impl Responses {
    /// Removes all series of an event type.
    pub(super) fn remove(&self, event: &str, families: &Families) {
        let _no_creation = families.removing.write();
        for (code, _) in self.0.write().drain(..) {
            families.removed(usize::from(families.statuses.remove_label_values(&[event, code]).is_ok()));
        }
    }
}

/// The registered status codes (IANA), and those of a common proxy. A receiver chooses its status, so others share a label.
const STATUS_CODES: [(u16, &str); 70] = {
    macro_rules! codes {
        ($($code:literal)*) => { [$(($code, stringify!($code))),*] };
    }
    codes!(
        100 101 102 103 200 201 202 203 204 205 206 207 208 226 300 301 302 303 304 305 307 308
        400 401 402 403 404 405 406 407 408 409 410 411 412 413 414 415 416 417 418 421 422 423 424 425 426 428 429 431
        451 500 501 502 503 504 505 506 507 508 510 511 520 521 522 523 524 525 526 530
    )
};

fn status_label(code: u16) -> &'static str {
    STATUS_CODES.binary_search_by_key(&code, |(known, _)| *known).map_or(OTHER, |at| STATUS_CODES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_status_codes_are_labels_and_all_others_share_one() {
        assert!(STATUS_CODES.is_sorted());
        assert_eq!([200, 410, 503, 524].map(status_label), ["200", "410", "503", "524"]);
        assert_eq!([0, 99, 299, 499, 999].map(status_label), ["other"; 5]);
    }
}
