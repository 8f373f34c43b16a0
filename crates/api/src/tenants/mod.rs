//! Core API: tenants, for the operator.

mod allow;
pub(crate) mod delete;
pub(crate) mod egress;
pub(crate) mod get;
pub(crate) mod limits;
pub(crate) mod list;
pub(crate) mod put;

use crate::problem::{Problem, kinds::NoSuchTenant};
use crate::schemas::TenantName;
use egress::EgressShown;
use limits::{LimitsShown, RetentionShown};
use model::{JsonObject, Tenant, TenantId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A customer organisation.
#[derive(Serialize, ToSchema)]
#[schema(as = Tenant)]
pub(crate) struct TenantShown {
    #[schema(value_type = TenantName)]
    id: String,
    name: Option<String>,
    #[schema(value_type = Object)]
    metadata: JsonObject,
    limits: LimitsShown,
    retention: RetentionShown,
    /// Null: requests leave as the machine sends them.
    egress: Option<EgressShown>,
    /// Networks that the address policy exempts for this tenant alone.
    allow_networks: Vec<String>,
    /// The hosts that its requests may go to; any host when empty.
    allow_hosts: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<&Tenant> for TenantShown {
    fn from(tenant: &Tenant) -> Self {
        Self {
            id: tenant.id.to_string(),
            name: tenant.name.clone(),
            metadata: tenant.metadata.clone(),
            limits: LimitsShown::from(&tenant.limits),
            retention: RetentionShown::from(&tenant.limits),
            egress: tenant.egress.as_ref().map(EgressShown::from),
            allow_networks: tenant.allow.networks.iter().map(ToString::to_string).collect(),
            allow_hosts: tenant.allow.hosts.iter().map(ToString::to_string).collect(),
            created_at: tenant.created_at,
            updated_at: tenant.updated_at,
        }
    }
}

fn parse(id: &str) -> Result<TenantId, Problem> {
    TenantId::parse(id).map_err(|fault| Problem::invalid("id", fault.message))
}

/// The id of a tenant that is changed: not the system tenant's.
fn parse_own(id: &str) -> Result<TenantId, Problem> {
    let id = parse(id)?;
    if id.is_system() {
        return Err(Problem::invalid("id", format!("{id} is reserved for the server's operational events")));
    }
    Ok(id)
}

fn missing(id: &TenantId) -> Problem {
    NoSuchTenant::problem(format!("Tenant not found: {id}"))
}
