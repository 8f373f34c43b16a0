//! A bounded walk along a list: reads candidate rows one by one, in the list's order, until the page is full or the bound is
//! reached. Every backend uses it, so pages and cursors are the same everywhere.

use crate::{
    Counted, NextPage, Page, Place,
    page::{Listed, WALK_BYTES, WALK_MAX},
};

/// The state of a walk.
#[derive(Debug)]
pub struct Walk<Id> {
    limit: u32,
    offset: u32,
    taken: u32,
    /// Candidates that may still be read; `None` without a bound.
    left: Option<u32>,
    /// Bytes of payloads that may still be read.
    bytes: usize,
    last: Option<Place<Id>>,
}

impl<Id: Clone> Walk<Id> {
    /// A walk whose filter an index answers completely: only its limit and offset bound it.
    pub fn exact(page: &Page<Place<Id>>) -> Self {
        Self {
            limit: page.limit,
            offset: page.offset,
            taken: 0,
            left: None,
            bytes: WALK_BYTES,
            last: page.cursor.clone(),
        }
    }

    /// A walk that reads up to [`WALK_MAX`] candidates in addition to the rows that the page skips and shows.
    pub fn bounded(page: &Page<Place<Id>>) -> Self {
        let left = WALK_MAX.saturating_add(page.limit).saturating_add(page.offset);
        Self { left: Some(left), ..Self::exact(page) }
    }

    /// True when the page is full or a bound is reached.
    pub fn is_done(&self) -> bool {
        self.taken >= self.limit || self.left == Some(0) || self.bytes == 0
    }

    /// Charges the payload of a candidate to the walk.
    pub fn read(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Rows that the page still lacks, including rows to skip.
    pub fn wanted(&self) -> u32 {
        (self.limit - self.taken).saturating_add(self.offset)
    }

    /// The current position of the walk.
    pub fn place(&self) -> Option<&Place<Id>> {
        self.last.as_ref()
    }

    /// Reads the next candidate; returns `true` when it is a row of the page.
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

    /// Advances the walk to this place: everything above it was read.
    pub fn pass(&mut self, place: Place<Id>) {
        self.left = self.left.map(|left| left.saturating_sub(1));
        self.last = Some(place);
    }

    /// The cursor of the next page. `ended`: there are no more candidates.
    fn next(self, ended: bool) -> Option<NextPage<Id>> {
        if self.limit == 0 || (ended && self.taken < self.limit) {
            return None;
        }
        self.last.map(|cursor| NextPage { cursor, offset: self.offset })
    }

    /// The page with these rows.
    pub fn listed<Row>(self, rows: Vec<Row>, ended: bool) -> Listed<Row, Id> {
        Listed { rows, next: self.next(ended) }
    }

    /// The number of rows of the page.
    pub fn counted(self, ended: bool) -> Counted<Id> {
        let (rows, is_full) = (self.taken, self.taken >= self.limit);
        Counted { rows, next: self.next(ended).filter(|_| !is_full).map(|next| next.cursor) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks down `top..0`, where every `each`th number matches, and collects pages until the list ends.
    fn pages(top: u32, each: u32, limit: u32, offset: u32) -> (Vec<u32>, usize) {
        let (mut rows, mut pages) = (Vec::new(), 0);
        let mut page = Page { limit, offset, cursor: None };
        loop {
            let mut walk = Walk::bounded(&page);
            let from = page.cursor.as_ref().map_or(top, |place: &Place<u32>| place.id);
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
                Some(next) => page = Page { limit, offset: next.offset, cursor: Some(next.cursor) },
                None => return (rows, pages),
            }
        }
    }

    #[test]
    fn the_pages_of_a_bounded_walk_add_up_to_the_whole_list() {
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
    fn a_walk_reads_no_more_candidates_than_its_bound() {
        let mut walk = Walk::bounded(&Page::<Place<u32>> { limit: 5, offset: 2, cursor: None });
        let mut looked = 0;
        while !walk.is_done() {
            walk.look(looked.into(), false);
            looked += 1;
        }
        assert_eq!(looked, WALK_MAX + 7);
        assert_eq!(walk.counted(false), Counted { rows: 0, next: Some(Place::from(looked - 1)) });
    }

    #[test]
    fn a_page_with_a_limit_of_zero_has_no_next_page() {
        let walk = Walk::bounded(&Page::<Place<u32>>::first(0));
        assert!(walk.is_done());
        assert_eq!(walk.listed(Vec::<u32>::new(), false).next, None);
    }
}
