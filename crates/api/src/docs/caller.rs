//! The callers that an operation admits, as its documentation tells.

use crate::problem::kinds::{IsKind, NotOperator};
use utoipa::openapi::{RefOr, path::Operation};

/// The callers of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// No key is needed.
    Anyone,
    /// Whoever has a credential, in no tenant.
    Any,
    /// The operator, for the whole installation.
    Operator,
    /// The operator, in the tenant that `X-Tenant-Id` names.
    OperatorInTenant,
    /// A tenant, or the operator in it.
    Tenant,
}

impl Caller {
    /// To be called while the operation still lists its own kinds of errors.
    pub(super) fn of(path: &str, operation: &Operation) -> Self {
        if operation.security.is_some() {
            return Self::Anyone;
        }
        if path == "/api/v1/session" {
            return Self::Any;
        }
        if !operation.responses.responses.contains_key(NotOperator::KIND.name) {
            return Self::Tenant;
        }
        let is_tenant = |name: &str| name.eq_ignore_ascii_case("X-Tenant-Id");
        let mut parameters = operation.parameters.iter().flatten();
        if parameters.any(|one| matches!(one, RefOr::T(one) if is_tenant(&one.name))) {
            Self::OperatorInTenant
        } else {
            Self::Operator
        }
    }
}
