//! A part of a list that is newest first.

/// `limit` rows after skipping `offset`, starting below the id `below` when there is one (keyset pagination is exact
/// while rows are added; an offset is not).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<Id> {
    pub limit: u32,
    pub offset: u32,
    pub below: Option<Id>,
}

impl<Id> Page<Id> {
    pub const fn first(limit: u32) -> Self {
        Self { limit, offset: 0, below: None }
    }
}
