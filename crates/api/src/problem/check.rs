//! A check of a health endpoint, as its response and its problem show it.

use serde::Serialize;
use utoipa::ToSchema;

/// A check of liveness or readiness.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HealthCheck)]
pub(crate) struct Check {
    /// Of `/healthz`: `journal_task`. Of `/readyz`: `store_writable`, `backlog_readable`, `lease` (only on a store that
    /// several nodes share), `accepting` and `journal_depth`.
    pub(crate) name: &'static str,
    /// `ok` or `failed`.
    pub(crate) status: &'static str,
    /// The reason of the failure; absent when the check is ok.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}
