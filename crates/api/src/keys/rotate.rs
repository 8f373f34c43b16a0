//! `POST /api/v1/keys/{id}/rotate`.

use super::{CreatedKey, KeyShown, expiry, new_key};
use crate::{
    App,
    auth::{Admin, Member, Read},
    body::{JsonOrNothing, seconds},
    finish,
    problem::{
        Problem,
        kinds::{NoSuchKey, NotOperator},
    },
};
use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use model::{KeyId, TenantId, TenantKey, Timestamp};
use serde::Deserialize;
use std::time::Duration;
use storage::StorageError;
use utoipa::ToSchema;

/// Overlap when the request names none: a day.
const OVERLAP: u64 = 86_400;
/// Longest overlap: 30 days.
const OVERLAP_MAX: u64 = 30 * 86_400;

/// The replacement of a key.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// Seconds for which the replaced key stays valid; a day when absent, and 0 to end it at once.
    #[serde(default, deserialize_with = "seconds")]
    #[schema(minimum = 0, maximum = 2_592_000, example = 3600)]
    overlap_seconds: Option<u64>,
    /// Seconds after which the new key is refused; absent or null: never.
    #[serde(default, deserialize_with = "seconds")]
    #[schema(minimum = 1, maximum = 315_360_000, example = 7_776_000)]
    expires_in_seconds: Option<u64>,
}

/// Replace a key
///
/// Makes a new key with the same name, scopes and networks. The replaced key stays valid for the overlap, so that programs
/// can change over one after the other, and then expires; it never outlives its own `expires_at`. The
/// replacement is possible when the tenant has as many keys as its limit allows. For the operator, with `X-Tenant-Id`.
#[utoipa::path(post, path = "/api/v1/keys/{id}/rotate", tag = "Keys", request_body = Option<Rotation>,
    params(("id" = String, Path), ("X-Tenant-Id" = String, Header)),
    responses((status = 201, body = CreatedKey), NotOperator, NoSuchKey))]
pub(crate) async fn rotate(
    State(app): State<App>,
    _: Admin,
    member: Member<Read>,
    Path(id): Path<String>,
    JsonOrNothing(body): JsonOrNothing<Rotation>,
) -> Result<(StatusCode, Json<CreatedKey>), Problem> {
    let tenant = member.tenant().clone();
    let overlap = body.overlap_seconds.unwrap_or(OVERLAP);
    if overlap > OVERLAP_MAX {
        return Err(Problem::invalid("overlap_seconds", format!("must be 0 to {OVERLAP_MAX}")));
    }
    let now = app.clock.now();
    let expires_at = expiry(body.expires_in_seconds, now)?;
    let missing = || NoSuchKey::problem(format!("Key not found: {id}"));
    let old = KeyId::parse(&id).map_err(|_| missing())?;
    let end = now.after(Duration::from_secs(overlap));
    // To its end also when the client hangs up: the directory must learn the end of the replaced key.
    let made = finish(async move { replace(&app, &tenant, old, (now, end, expires_at)).await });
    let (key, text) = made.await??.ok_or_else(missing)?;
    Ok((StatusCode::CREATED, Json(CreatedKey { shown: KeyShown::from(&key), key: text })))
}

/// The new key with its text; `None` when the tenant has no key `old`. The lock keeps a revocation from coming between
/// the store and the directory, which would bring the key back.
async fn replace(
    app: &App,
    tenant: &TenantId,
    old: KeyId,
    (now, end, expires_at): (Timestamp, Timestamp, Option<Timestamp>),
) -> Result<Option<(TenantKey, String)>, StorageError> {
    let _alone = app.changing_directory.write().await;
    let keys = app.store.keys(tenant).await?;
    let Some(known) = keys.into_iter().find(|key| key.id == old) else { return Ok(None) };
    let (key, text) = new_key(&app.ids, now, tenant.clone(), known.name.clone(), known.scopes);
    let key = TenantKey { expires_at, networks: known.networks.clone(), ..key };
    if !app.store.replace_key(old, &key, end).await? {
        return Ok(None);
    }
    let end = known.expires_at.map_or(end, |known| known.min(end));
    app.directory.add_key(TenantKey { expires_at: Some(end), ..known });
    app.directory.add_key(key.clone());
    Ok(Some((key, text)))
}
