//! Reading the newest deliveries of a list, within the bound of a count.

use crate::{App, pages::COUNT_WALKED_MAX};
use model::{Delivery, Timestamp};
use storage::{DeliveryFilter, ListScope, Page, StorageError};

/// Rows per page; a page with payloads has none of them.
const PAGE: u32 = 1_000;

/// The extent of a reading.
#[derive(Clone, Copy, Default)]
pub(super) struct Read {
    pub(super) rows: u32,
    /// The time down to which deliveries were read, when reading ended early.
    pub(super) reached: Option<Timestamp>,
}

/// Passes the newest deliveries of a list to `take`, 10,000 at most.
pub(super) async fn newest(
    app: &App,
    scope: ListScope<'_>,
    filter: &DeliveryFilter,
    mut take: impl FnMut(&Delivery),
) -> Result<Read, StorageError> {
    let (mut read, mut cursor) = (Read::default(), None);
    loop {
        let page = Page { cursor, ..Page::first(PAGE.min(COUNT_WALKED_MAX - read.rows)) };
        let limit = page.limit;
        let listed = app.store.deliveries(scope, filter, page).await?;
        listed.rows.iter().for_each(&mut take);
        read.rows += listed.rows.len() as u32;
        let Some(next) = listed.next else { return Ok(read) };
        // A page with fewer rows was ended by the bound of its walk.
        if (listed.rows.len() as u32) < limit || read.rows >= COUNT_WALKED_MAX {
            read.reached = Some(next.cursor.id.made_at());
            return Ok(read);
        }
        cursor = Some(next.cursor);
    }
}
