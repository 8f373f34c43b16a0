//! Pages of lists that are newest first, and the bounds on what reading one costs.

use model::TenantId;
use std::cmp::Ordering;

/// A list looks at no more than this many candidates for one page, when its filter has a part that no index answers or
/// when it is over all tenants. It then ends early and says where to go on.
pub const WALK_MAX: u32 = 10_000;

/// A page of rows that have a payload ends after this many bytes of it; it has at least one row.
pub const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Whose rows a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListScope<'t> {
    Tenant(&'t TenantId),
    /// For the operator alone.
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

/// `limit` rows after skipping `offset`, starting below `below` when there is one (keyset pagination is exact while
/// rows are added; an offset is not).
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

/// A position in a list: the row with this id. Lists over all tenants are ordered by id, then by tenant, both
/// descending; there a place without a tenant is below every row with its id. A tenant's list ignores the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<Id> {
    pub id: Id,
    pub tenant: Option<TenantId>,
}

impl<Id> Place<Id> {
    pub fn of(id: Id, tenant: &TenantId) -> Self {
        Self { id, tenant: Some(tenant.clone()) }
    }

    /// The tenant as stores compare it: no tenant is below every tenant.
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

/// Where the next page of a list begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next<Id> {
    pub below: Place<Id>,
    /// What is left of the offset that was asked for.
    pub offset: u32,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<Row, Id> {
    pub rows: Vec<Row>,
    /// `None` when the list ends here. A page with fewer rows than its limit may have a next one.
    pub next: Option<Next<Id>>,
}

impl<Row, Id> Default for Listed<Row, Id> {
    fn default() -> Self {
        Self { rows: Vec::new(), next: None }
    }
}

impl<Row, Id> Listed<Row, Id> {
    /// A page that was read with its limit: a full one has a next one.
    pub fn up_to(limit: u32, rows: Vec<Row>, place: impl Fn(&Row) -> Place<Id>) -> Self {
        let last = rows.last().filter(|_| rows.len() >= limit as usize).map(place);
        Self { rows, next: last.map(|below| Next { below, offset: 0 }) }
    }

    /// The same page with another kind of row.
    pub fn with<Other>(self, rows: Vec<Other>) -> Listed<Other, Id> {
        Listed { rows, next: self.next }
    }

    /// Ends the page after so many rows.
    pub fn truncate(&mut self, rows: usize, place: impl Fn(&Row) -> Place<Id>) {
        if rows >= self.rows.len() {
            return;
        }
        self.rows.truncate(rows);
        self.next = self.rows.last().map(|last| Next { below: place(last), offset: 0 });
    }
}

/// How many rows of a list were counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted<Id> {
    pub rows: u32,
    /// Where counting would go on: [`WALK_MAX`] candidates were looked at before the list or the limit ended.
    pub next: Option<Place<Id>>,
}

impl<Id> Default for Counted<Id> {
    fn default() -> Self {
        Self { rows: 0, next: None }
    }
}

/// How many of these sizes, in bytes, a page can have ([`PAGE_BYTES`]).
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
