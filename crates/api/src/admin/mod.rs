//! Lists over all tenants and the live view, for the operator.

pub(crate) mod deliveries;
pub(crate) mod delivery_counts;
pub(crate) mod delivery_rates;
pub(crate) mod events;
pub(crate) mod overview;
pub(crate) mod settings;
pub(crate) mod stats;
pub(crate) mod store;
pub(crate) mod subscriptions;

use crate::query::parameters::parameters;
use model::TenantId;
use storage::ListScope;

parameters! {
    /// The tenant of a list over all tenants.
    OneTenant {
        /// Only this tenant
        tenant: TenantId = "tenant_id";
    }
}

impl OneTenant {
    pub(crate) fn scope(&self) -> ListScope<'_> {
        self.tenant.as_ref().map_or(ListScope::AllTenants, ListScope::Tenant)
    }
}
