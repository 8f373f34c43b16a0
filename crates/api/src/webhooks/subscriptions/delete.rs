//! `DELETE /api/v1/webhooks/subscriptions/{id}`.

use super::{missing, parse};
use crate::{
    App,
    auth::{Member, WriteSubscriptions},
    problem::{Problem, kinds::NoSuchSubscription},
};
use axum::extract::{Path, State};
use delivery::ChangeError;
use http::StatusCode;
use model::TenantId;

/// Delete a subscription
///
/// Waiting deliveries are cancelled; past deliveries stay in the log.
#[utoipa::path(delete, path = "/api/v1/webhooks/subscriptions/{id}", tag = "Subscriptions",
    params(("id" = String, Path)), responses((status = 204, description = "Deleted"), NoSuchSubscription))]
pub(crate) async fn delete(
    State(app): State<App>,
    member: Member<WriteSubscriptions>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    remove(&app, member.tenant(), &id).await
}

pub(crate) async fn remove(app: &App, tenant: &TenantId, id: &str) -> Result<StatusCode, Problem> {
    let (engine, tenant, parsed) = (app.engine.clone(), tenant.clone(), parse(id)?);
    crate::finish(async move { engine.control.delete_subscription(&tenant, parsed).await }).await?.map_err(
        |fault| match fault {
            ChangeError::Store(fault) => fault.into(),
            ChangeError::Missing | ChangeError::NoTenant => missing(id),
            // A deletion does not depend on the subscription's fields, so it is neither refused nor repeated.
            ChangeError::Refused(()) | ChangeError::Duplicate | ChangeError::Contended => {
                Problem::internal().because(&fault)
            }
        },
    )?;
    Ok(StatusCode::NO_CONTENT)
}
