//! `DELETE /api/v1/tenants/{id}`.

use super::{missing, parse_own};
use crate::schemas::TenantName;
use crate::{
    App,
    auth::Admin,
    problem::{
        Problem,
        kinds::{NoSuchTenant, NotOperator},
    },
};
use axum::extract::{Path, State};
use http::StatusCode;
use storage::DeleteOutcome;

/// Delete a tenant and all of its data
///
/// The tenant's keys stop working at once; the call answers when all data is deleted.
#[utoipa::path(delete, path = "/api/v1/tenants/{id}", tag = "Tenants", params(("id" = inline(TenantName), Path)),
    responses((status = 204, description = "Deleted"), NotOperator, NoSuchTenant))]
pub(crate) async fn delete(State(app): State<App>, _: Admin, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let id = parse_own(&id)?;
    let changing = app.changing_directory.read().await;
    app.directory.remove_tenant(&id);
    drop(changing);
    // On a task of its own, so that a client that hangs up does not stop it half way.
    let (engine, tenant) = (app.engine.clone(), id.clone());
    let deleted = crate::finish(async move { engine.control.delete_tenant(&tenant).await }).await??;
    match deleted {
        DeleteOutcome::Done => Ok(StatusCode::NO_CONTENT),
        DeleteOutcome::Missing => Err(missing(&id)),
    }
}
