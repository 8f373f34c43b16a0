//! Core API: tenants, for the operator.

pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod put;

use crate::problem::{Problem, kinds::NoSuchTenant};
use crate::schemas::TenantName;
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
            created_at: tenant.created_at,
            updated_at: tenant.updated_at,
        }
    }
}

fn parse(id: &str) -> Result<TenantId, Problem> {
    TenantId::parse(id).map_err(|fault| Problem::invalid("id", fault.message))
}

fn missing(id: &TenantId) -> Problem {
    NoSuchTenant::problem(format!("Tenant not found: {id}"))
}
