//! Lists over all tenants, for the operator.

pub(crate) mod deliveries;
pub(crate) mod events;
pub(crate) mod subscriptions;

use crate::{problem::Problem, query::Query};
use model::TenantId;
use storage::ListScope;

/// The tenant of the `tenant_id` parameter, if it is given.
fn tenant(query: &Query) -> Result<Option<TenantId>, Problem> {
    let parse = |text| TenantId::parse(text).map_err(|fault| Problem::invalid("tenant_id", fault.message));
    query.text("tenant_id").map(parse).transpose()
}

fn scope(tenant: Option<&TenantId>) -> ListScope<'_> {
    tenant.map_or(ListScope::AllTenants, ListScope::Tenant)
}
