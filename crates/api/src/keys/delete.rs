//! `DELETE /api/v1/keys/{id}`.

use crate::{
    App,
    auth::{Admin, Member, Read},
    finish,
    problem::{
        Problem,
        kinds::{NoSuchKey, NotOperator},
    },
};
use axum::extract::{Path, State};
use http::StatusCode;
use model::KeyId;
use storage::{DeleteOutcome, StorageError};

/// Revoke a key
///
/// The key stops working at once. For the operator, with `X-Tenant-Id`.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "Keys",
    params(("id" = String, Path), ("X-Tenant-Id" = String, Header)),
    responses((status = 204, description = "Revoked"), NotOperator, NoSuchKey))]
pub(crate) async fn delete(
    State(app): State<App>,
    _: Admin,
    member: Member<Read>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let tenant = member.tenant().clone();
    let missing = || NoSuchKey::problem(format!("Key not found: {id}"));
    let key = KeyId::parse(&id).map_err(|_| missing())?;
    // To its end also when the client hangs up: a key that is gone from the store must not stay in the directory.
    let outcome = finish(async move {
        let _changing = app.changing_directory.read().await;
        let outcome = app.store.delete_key(&tenant, key).await?;
        if outcome == DeleteOutcome::Done {
            app.directory.remove_key(key);
        }
        Ok::<_, StorageError>(outcome)
    });
    match outcome.await?? {
        DeleteOutcome::Missing => Err(missing()),
        DeleteOutcome::Done => Ok(StatusCode::NO_CONTENT),
    }
}
