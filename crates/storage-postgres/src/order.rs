//! The order of a list in SQL.

use storage::ListOrder;

/// Direction of `ORDER BY`.
pub(crate) const fn direction(order: ListOrder) -> &'static str {
    match order {
        ListOrder::NewestFirst => "DESC",
        ListOrder::OldestFirst => "ASC",
    }
}

/// Condition that a row of a list over all tenants lies within the bounds, given as SQL expressions. `tenant` is the one
/// of the bounds.
pub(crate) fn within(order: ListOrder, row: &str, least: &str, below: &str, tenant: &str) -> String {
    match order {
        ListOrder::NewestFirst => {
            format!("{row}.id >= {least} AND {row}.id <= {below} AND ({row}.id, {row}.tenant_id) < ({below}, {tenant})")
        }
        ListOrder::OldestFirst => {
            format!("{row}.id >= {least} AND {row}.id < {below} AND ({row}.id, {row}.tenant_id) > ({least}, {tenant})")
        }
    }
}
