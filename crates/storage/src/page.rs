//! Orders, pages and cursors of lists, and the bounds on the cost of reading a page.

use model::TenantId;
use std::cmp::Ordering;

/// Maximum number of candidate rows read for one page when the filter has a condition without an index, or when the
/// list is over all tenants. The page then ends early, with a cursor to continue.
pub const WALK_MAX: u32 = 10_000;

/// Maximum number of bytes of payloads read for one page when the filter has a condition on the payload. The page then
/// ends early, after the payload that exceeds it, with a cursor to continue.
pub const WALK_BYTES: usize = 32 * 1024 * 1024;

/// A page of rows with payloads ends after this many bytes of payload, but has at least one row.
pub const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// The tenants whose rows a list contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListScope<'t> {
    Tenant(&'t TenantId),
    /// Reserved for the operator.
    AllTenants,
}

impl<'t> ListScope<'t> {
    pub const fn tenant(self) -> Option<&'t TenantId> {
        match self {
            Self::Tenant(tenant) => Some(tenant),
            Self::AllTenants => None,
        }
    }
}

/// Order of the rows of a list, by their creation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListOrder {
    #[default]
    NewestFirst,
    OldestFirst,
}

impl ListOrder {
    /// Compares two rows in this order.
    pub fn compare<T: Ord>(self, one: &T, other: &T) -> Ordering {
        match self {
            Self::NewestFirst => other.cmp(one),
            Self::OldestFirst => one.cmp(other),
        }
    }
}

/// A request for `limit` rows after skipping `offset`, starting after `cursor` (exclusive, in the order of the list) if there is one. Keyset
/// pagination is exact while rows are added; an offset is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<Id> {
    pub limit: u32,
    pub offset: u32,
    pub cursor: Option<Id>,
}

impl<Id> Page<Id> {
    pub const fn first(limit: u32) -> Self {
        Self { limit, offset: 0, cursor: None }
    }
}

/// A cursor: the position of the row with this id. Lists over all tenants are ordered by id, then by tenant, in the same
/// direction; there a place without a tenant follows every row with its id. Lists of one tenant ignore the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<Id> {
    pub id: Id,
    pub tenant: Option<TenantId>,
}

impl<Id> Place<Id> {
    pub fn of(id: Id, tenant: &TenantId) -> Self {
        Self { id, tenant: Some(tenant.clone()) }
    }

    /// The tenant as stores compare it: no tenant sorts below every tenant.
    pub fn tenant_text(&self) -> &str {
        self.tenant.as_ref().map_or("", TenantId::as_str)
    }
}

impl<Id> From<Id> for Place<Id> {
    fn from(id: Id) -> Self {
        Self { id, tenant: None }
    }
}

impl<Id: Ord> Ord for Place<Id> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id).then_with(|| self.tenant.cmp(&other.tenant))
    }
}

impl<Id: Ord> PartialOrd for Place<Id> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The cursor of a list's next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextPage<Id> {
    pub cursor: Place<Id>,
    /// Remainder of the requested offset.
    pub offset: u32,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<Row, Id> {
    pub rows: Vec<Row>,
    /// `None` at the end of the list. A page with fewer rows than its limit may still have a next page.
    pub next: Option<NextPage<Id>>,
}

impl<Row, Id> Default for Listed<Row, Id> {
    fn default() -> Self {
        Self { rows: Vec::new(), next: None }
    }
}

impl<Row, Id> Listed<Row, Id> {
    /// A page that was read with a limit: a full page has a next page.
    pub fn up_to(limit: u32, rows: Vec<Row>, place: impl Fn(&Row) -> Place<Id>) -> Self {
        let last = rows.last().filter(|_| rows.len() >= limit as usize).map(place);
        Self { rows, next: last.map(|cursor| NextPage { cursor, offset: 0 }) }
    }

    /// The same page with rows of another type.
    pub fn with<Other>(self, rows: Vec<Other>) -> Listed<Other, Id> {
        Listed { rows, next: self.next }
    }

    /// Shortens the page to `rows` rows and moves its cursor accordingly.
    pub fn truncate(&mut self, rows: usize, place: impl Fn(&Row) -> Place<Id>) {
        if rows >= self.rows.len() {
            return;
        }
        self.rows.truncate(rows);
        self.next = self.rows.last().map(|last| NextPage { cursor: place(last), offset: 0 });
    }
}

/// Result of counting the rows of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted<Id> {
    pub rows: u32,
    /// The cursor where counting would continue, when [`WALK_MAX`] candidates were read before the end of the list or
    /// the limit.
    pub next: Option<Place<Id>>,
}

impl<Id> Default for Counted<Id> {
    fn default() -> Self {
        Self { rows: 0, next: None }
    }
}

/// The number of rows, given their sizes in bytes, that fit into a page ([`PAGE_BYTES`]).
pub fn rows_within(sizes: impl IntoIterator<Item = usize>) -> usize {
    let mut sum = 0usize;
    let fits = |(at, size): &(usize, usize)| {
        sum = sum.saturating_add(*size);
        *at == 0 || sum <= PAGE_BYTES
    };
    sizes.into_iter().enumerate().take_while(fits).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_by_bytes_and_has_at_least_one_row() {
        let mib = 1024 * 1024;
        for (sizes, rows) in [
            (vec![], 0),
            (vec![5 * mib, 1], 1),
            (vec![mib; 9], 4),
            (vec![2 * mib, 2 * mib + 1, 1], 1),
            (vec![0, 4 * mib, 0, 1], 3),
            (vec![usize::MAX, usize::MAX], 1),
        ] {
            assert_eq!(rows_within(sizes.clone()), rows, "{sizes:?}");
        }
    }

    #[test]
    fn places_are_ordered_by_id_then_tenant_and_no_tenant_is_lowest() {
        let place = |id: u8, tenant: Option<&str>| Place { id, tenant: tenant.map(TenantId::trusted) };
        let sorted = [place(1, Some("b")), place(2, None), place(2, Some("a")), place(2, Some("b")), place(3, None)];
        assert!(sorted.is_sorted());
    }
}
