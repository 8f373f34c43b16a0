//! Lists of one subscription's deliveries over all tenants, read from the tenants that have a subscription with this
//! id. There is one such tenant, unless data was copied between tenants; several lists are merged.

use crate::{
    Bounds, Counted, Deliveries, DeliveryFilter, ListOrder, ListScope, Listed, Page, Place, StorageError,
    Subscriptions, WALK_MAX, Walk,
};
use model::{Delivery, DeliveryId, SubscriptionId, TenantId};

/// [`Deliveries::deliveries`] over all tenants, for one subscription.
pub async fn deliveries_of_subscription<S: Deliveries + Subscriptions>(
    store: &S,
    subscription: SubscriptionId,
    filter: &DeliveryFilter,
    page: Page<Place<DeliveryId>>,
) -> Result<Listed<Delivery, DeliveryId>, StorageError> {
    let owners = store.tenants_with_subscription(subscription).await?;
    let bounds = Bounds::of_deliveries(filter, page.cursor.as_ref());
    let (limit, offset) = match owners.as_slice() {
        [_] => (page.limit, page.offset),
        _ => (page.limit.saturating_add(page.offset).min(WALK_MAX), 0),
    };
    let (mut rows, mut cut) = (Vec::new(), None);
    for owner in &owners {
        let cursor = Some(cursor_in(&bounds, owner).into());
        let mut listed = store.deliveries(ListScope::Tenant(owner), filter, Page { limit, offset, cursor }).await?;
        if let Some(next) = &mut listed.next {
            next.cursor.tenant = Some(owner.clone());
        }
        if owners.len() == 1 {
            return Ok(listed);
        }
        cut = first(filter.order, cut, listed.next.map(|next| next.cursor));
        rows.extend(listed.rows);
    }
    Ok(merged(rows, cut, filter.order, &page))
}

/// The exclusive bound at which a tenant's part of the list begins.
fn cursor_in(bounds: &Bounds, owner: &TenantId) -> DeliveryId {
    DeliveryId::from_bytes(match bounds.order {
        ListOrder::NewestFirst => bounds.below_in(owner.as_str()),
        ListOrder::OldestFirst => u128::from_be_bytes(bounds.least_in(owner.as_str())).saturating_sub(1).to_be_bytes(),
    })
}

/// The place that comes first in the list.
fn first<Id: Ord>(order: ListOrder, one: Option<Place<Id>>, other: Option<Place<Id>>) -> Option<Place<Id>> {
    one.into_iter().chain(other).min_by(|one, other| order.compare(one, other))
}

/// Merges the lists of several tenants into one page; rows after `cut` are incomplete and left for the next page.
fn merged(
    mut rows: Vec<Delivery>,
    cut: Option<Place<DeliveryId>>,
    order: ListOrder,
    page: &Page<Place<DeliveryId>>,
) -> Listed<Delivery, DeliveryId> {
    let place = |row: &Delivery| Place::of(row.id, &row.tenant);
    rows.sort_unstable_by(|one, other| order.compare(&place(one), &place(other)));
    let mut walk = Walk::exact(page);
    rows.retain(|row| {
        let is_known = cut.as_ref().is_none_or(|cut| order.compare(&place(row), cut).is_le());
        is_known && !walk.is_done() && walk.look(place(row), true)
    });
    let ended = cut.is_none();
    if let Some(cut) = cut.filter(|_| !walk.is_done()) {
        walk.pass(cut);
    }
    walk.listed(rows, ended)
}

/// [`Deliveries::count_deliveries`] over all tenants, for one subscription.
pub async fn count_of_subscription<S: Deliveries + Subscriptions>(
    store: &S,
    subscription: SubscriptionId,
    filter: &DeliveryFilter,
    most: u32,
) -> Result<Counted<DeliveryId>, StorageError> {
    let mut all = Counted::default();
    for owner in store.tenants_with_subscription(subscription).await? {
        let counted = store.count_deliveries(ListScope::Tenant(&owner), filter, most - all.rows).await?;
        all = Counted { rows: all.rows + counted.rows, next: all.next.or(counted.next) };
    }
    Ok(all)
}
