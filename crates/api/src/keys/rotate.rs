//! `POST /api/v1/keys/{id}/rotate`.

use super::{CreatedKey, KeyShown, expiry, new_key};
use crate::{
    App,
    auth::{Admin, Member, Read},
    body::{JsonOrNothing, seconds},
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
use model::{KeyId, TenantKey};
use serde::Deserialize;
use std::time::Duration;
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
    let tenant = member.tenant();
    let overlap = body.overlap_seconds.unwrap_or(OVERLAP);
    if overlap > OVERLAP_MAX {
        return Err(Problem::invalid("overlap_seconds", format!("must be 0 to {OVERLAP_MAX}")));
    }
    let now = app.clock.now();
    let expires_at = expiry(body.expires_in_seconds, now)?;
    let missing = || NoSuchKey::problem(format!("Key not found: {id}"));
    let old = KeyId::parse(&id).map_err(|_| missing())?;
    let _changing = app.changing_directory.read().await;
    let keys = app.store.keys(tenant).await?;
    let known = keys.into_iter().find(|key| key.id == old).ok_or_else(missing)?;
    let (key, text) = new_key(&app.ids, now, tenant.clone(), known.name, known.scopes);
    let key = TenantKey { expires_at, networks: known.networks, ..key };
    if !app.store.replace_key(old, &key, now.after(Duration::from_secs(overlap))).await? {
        return Err(missing());
    }
    app.directory.set_keys(tenant, app.store.keys(tenant).await?);
    Ok((StatusCode::CREATED, Json(CreatedKey { shown: KeyShown::from(&key), key: text })))
}
