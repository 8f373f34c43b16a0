//! Reading a list page by page.

use crate::Page;

/// More pages than any case has: a list that reaches this number does not advance.
const ENDLESS: usize = 1_000;

/// Reads a list page by page, each below the last row of the previous one.
pub(super) async fn by_last_id<T, Id: Clone>(
    limit: u32,
    id: impl Fn(&T) -> Id,
    list: impl AsyncFn(Page<Id>) -> Vec<T>,
) -> Vec<T> {
    let (mut page, mut rows) = (Page::first(limit), Vec::new());
    loop {
        let piece = list(page.clone()).await;
        assert!(piece.len() <= limit as usize && rows.len() < ENDLESS);
        let Some(last) = piece.last() else { return rows };
        page.cursor = Some(id(last));
        rows.extend(piece);
    }
}

/// Reads a list page by page, by offset.
pub(super) async fn by_offset<T, Id: Clone>(limit: u32, list: impl AsyncFn(Page<Id>) -> Vec<T>) -> Vec<T> {
    let (mut page, mut rows) = (Page::first(limit), Vec::new());
    loop {
        let piece = list(page.clone()).await;
        assert!(piece.len() <= limit as usize && rows.len() < ENDLESS);
        if piece.is_empty() {
            return rows;
        }
        page.offset += piece.len() as u32;
        rows.extend(piece);
    }
}
