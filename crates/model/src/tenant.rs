//! A tenant: the customer organisation that owns all other objects. No operation crosses tenants.

pub mod allow;
pub mod egress;
mod id;

pub use allow::{AllowLists, HostPattern};
pub use egress::TenantEgress;
pub use id::TenantId;

use crate::{json::JsonObject, patch::Patch, policy::TenantLimits, time::Timestamp};
use ipnet::IpNet;

#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: Option<String>,
    pub metadata: JsonObject,
    pub limits: TenantLimits,
    /// `None`: requests leave as the machine sends them.
    pub egress: Option<TenantEgress>,
    pub allow: AllowLists,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A change of a tenant. By default nothing changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TenantChange {
    pub name: Patch<String>,
    /// `None` keeps the stored value.
    pub metadata: Option<JsonObject>,
    /// `None` keeps the stored value.
    pub limits: Option<TenantLimits>,
    pub egress: Patch<TenantEgress>,
    /// `None` keeps the stored list.
    pub allow_networks: Option<Vec<IpNet>>,
    /// `None` keeps the stored list.
    pub allow_hosts: Option<Vec<HostPattern>>,
}
