//! A bounded walk down a list: takes candidates one by one, newest first, until the page is full or enough were looked
//! at. Every backend walks with this, so that pages and cursors are the same everywhere.

use crate::{
    Counted, Next, Page, Place,
    page::{Listed, WALK_MAX},
};

/// The state of a walk.
#[derive(Debug)]
pub struct Walk<Id> {
    limit: u32,
    offset: u32,
    taken: u32,
    /// Candidates that may still be looked at; `None` without a bound.
    left: Option<u32>,
    last: Option<Place<Id>>,
}

impl<Id: Clone> Walk<Id> {
    /// A walk of which an index answers everything that is asked: its limit and offset bound it.
    pub fn exact(page: &Page<Place<Id>>) -> Self {
        Self { limit: page.limit, offset: page.offset, taken: 0, left: None, last: page.below.clone() }
    }

    /// A walk that may pass over [`WALK_MAX`] candidates beside those that the page skips and shows.
    pub fn bounded(page: &Page<Place<Id>>) -> Self {
        let left = WALK_MAX.saturating_add(page.limit).saturating_add(page.offset);
        Self { left: Some(left), ..Self::exact(page) }
    }

    /// No more candidates are wanted.
    pub fn is_done(&self) -> bool {
        self.taken >= self.limit || self.left == Some(0)
    }

    /// Rows that the page still lacks, those to be skipped included.
    pub fn wanted(&self) -> u32 {
        (self.limit - self.taken).saturating_add(self.offset)
    }

    /// Where the walk is.
    pub fn place(&self) -> Option<&Place<Id>> {
        self.last.as_ref()
    }

    /// Looks at the next candidate; `true` when it is a row of the page.
    pub fn look(&mut self, place: Place<Id>, fits: bool) -> bool {
        self.pass(place);
        if !fits {
            return false;
        }
        if self.offset > 0 {
            self.offset -= 1;
            return false;
        }
        self.taken += 1;
        true
    }

    /// Notes that everything down to this place was looked at.
    pub fn pass(&mut self, place: Place<Id>) {
        self.left = self.left.map(|left| left.saturating_sub(1));
        self.last = Some(place);
    }

    /// Where the next page begins. `ended`: there were no more candidates.
    fn next(self, ended: bool) -> Option<Next<Id>> {
        if self.limit == 0 || (ended && self.taken < self.limit) {
            return None;
        }
        self.last.map(|below| Next { below, offset: self.offset })
    }

    /// The page of these rows.
    pub fn listed<Row>(self, rows: Vec<Row>, ended: bool) -> Listed<Row, Id> {
        Listed { rows, next: self.next(ended) }
    }

    /// The rows of the page, counted.
    pub fn counted(self, ended: bool) -> Counted<Id> {
        let (rows, is_full) = (self.taken, self.taken >= self.limit);
        Counted { rows, next: self.next(ended).filter(|_| !is_full).map(|next| next.below) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks down `below..0`, of which every `each`th number fits, and collects pages until the list ends.
    fn pages(top: u32, each: u32, limit: u32, offset: u32) -> (Vec<u32>, usize) {
        let (mut rows, mut pages) = (Vec::new(), 0);
        let mut page = Page { limit, offset, below: None };
        loop {
            let mut walk = Walk::bounded(&page);
            let from = page.below.as_ref().map_or(top, |place: &Place<u32>| place.id);
            let (mut found, mut ended) = (Vec::new(), true);
            for number in (0..from).rev() {
                if walk.is_done() {
                    ended = false;
                    break;
                }
                if walk.look(number.into(), number % each == 0) {
                    found.push(number);
                }
            }
            let listed = walk.listed(found, ended);
            rows.extend(listed.rows);
            pages += 1;
            match listed.next {
                Some(next) => page = Page { limit, offset: next.offset, below: Some(next.below) },
                None => return (rows, pages),
            }
        }
    }

    #[test]
    fn pages_of_a_bounded_walk_are_the_whole_list() {
        for each in [1, 7, 9_999, 10_001, 100_000] {
            for limit in [1, 50] {
                for offset in [0, 3, 60] {
                    let (rows, pages) = pages(35_000, each, limit, offset);
                    let whole: Vec<u32> = (0..35_000).rev().filter(|one| one % each == 0).collect();
                    let expected = whole.into_iter().skip(offset as usize).collect::<Vec<_>>();
                    assert_eq!(rows, expected, "{each} {limit} {offset}");
                    assert!(pages >= rows.len() / limit as usize);
                }
            }
        }
    }

    #[test]
    fn a_walk_looks_at_no_more_than_its_bound() {
        let mut walk = Walk::bounded(&Page::<Place<u32>> { limit: 5, offset: 2, below: None });
        let mut looked = 0;
        while !walk.is_done() {
            walk.look(looked.into(), false);
            looked += 1;
        }
        assert_eq!(looked, WALK_MAX + 7);
        assert_eq!(walk.counted(false), Counted { rows: 0, next: Some(Place::from(looked - 1)) });
    }

    #[test]
    fn a_page_of_no_rows_has_no_next_one() {
        let walk = Walk::bounded(&Page::<Place<u32>>::first(0));
        assert!(walk.is_done());
        assert_eq!(walk.listed(Vec::<u32>::new(), false).next, None);
    }
}
