//! Values that stores keep: statistics, sketches, lists in columns.

use crate::input::text;
use model::statistics::Sketch;
use storage::{StatisticsCounts, codec};

pub(super) const WORDS: &[&str] = &["invoice.* *", "a.b", "1 2 3", "events:publish", "view manage", "\n"];

pub(super) fn run(input: &[u8]) {
    if let Ok(sketch) = Sketch::decode(input) {
        assert_eq!(Sketch::decode(&sketch.encode()).ok().as_ref(), Some(&sketch));
        let percentiles = [0, 50, 99, 100].map(|percent| sketch.percentile(percent));
        assert!(percentiles.is_sorted() && percentiles.iter().all(|one| one.is_some() == (sketch.count() > 0)));
        let mut twice = sketch.clone();
        twice.merge(&sketch);
        assert_eq!(twice.count(), sketch.count().saturating_mul(2));
    }
    if let Ok(counts) = StatisticsCounts::decode(input) {
        let again = StatisticsCounts::decode(&counts.encode());
        assert!(again.is_ok_and(|again| again == counts), "statistics are not read back");
        drop(counts.with_totals());
    }
    let text = text(input);
    if let Ok(patterns) = codec::patterns(&text) {
        let stored = codec::patterns_text(&patterns);
        assert_eq!(codec::patterns(&stored).ok().as_ref(), Some(&patterns));
    }
    if let Ok(statuses) = codec::statuses(&text) {
        assert_eq!(codec::statuses(&codec::statuses_text(&statuses)).ok().as_ref(), Some(&statuses));
    }
    if let Ok(scopes) = codec::scopes(&text) {
        assert_eq!(codec::scopes(&codec::scopes_text(scopes)).ok(), Some(scopes));
    }
    drop((codec::capabilities(&text), codec::timings(&text), codec::patterns_have(&text, "a.b")));
    assert!(codec::words(&text).iter().map(String::len).sum::<usize>() <= text.len());
}
