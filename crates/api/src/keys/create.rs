//! `POST /api/v1/keys`.

use super::{KeyShown, default_scopes, new_key};
use crate::schemas::{KeyLabel, ScopeName};
use crate::{
    App,
    auth::{Admin, Member, Read},
    body::JsonOrNothing,
    problem::{
        Problem,
        kinds::{NoSuchTenant, NotOperator, TooManyKeys},
    },
};
use axum::{Json, extract::State};
use http::StatusCode;
use model::{Scope, TenantId, key::Scopes, policy::TenantLimit, text::check_line};
use serde::{Deserialize, Serialize};
use tokio::sync::MutexGuard;
use utoipa::ToSchema;

const NAME_MAX: usize = 100;

/// A key to create.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// Purpose of the key.
    #[serde(default)]
    #[schema(value_type = Option<KeyLabel>)]
    name: Option<String>,
    /// Scopes of the key; publish, manage and read when absent.
    #[serde(default)]
    #[schema(value_type = Option<Vec<ScopeName>>, min_items = 1, example = json!(["events:publish"]))]
    scopes: Option<Vec<String>>,
}

/// A created key with its text, which is shown only this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedKey {
    #[serde(flatten)]
    shown: KeyShown,
    key: String,
}

/// Create a key for a tenant
///
/// For the operator, with `X-Tenant-Id`.
#[utoipa::path(post, path = "/api/v1/keys", tag = "Keys", request_body = Option<NewKey>,
    params(("X-Tenant-Id" = String, Header)),
    responses((status = 201, body = CreatedKey), NotOperator, TooManyKeys))]
pub(crate) async fn create(
    State(app): State<App>,
    _: Admin,
    member: Member<Read>,
    JsonOrNothing(body): JsonOrNothing<NewKey>,
) -> Result<(StatusCode, Json<CreatedKey>), Problem> {
    let tenant = member.tenant();
    if tenant.is_system() {
        let fault = format!("{tenant} has no keys of its own: only the operator's key may read operational events");
        return Err(Problem::invalid("X-Tenant-Id", fault));
    }
    let name = body.name.unwrap_or_default();
    check_line(&name, NAME_MAX).map_err(|fault| Problem::invalid("name", fault.to_string()))?;
    let scopes = match body.scopes {
        None => default_scopes(),
        Some(names) => scopes(&names)?,
    };
    let _counting = check_count(&app, tenant).await?;
    let (key, text) = new_key(&app.ids, app.clock.now(), tenant.clone(), name, scopes);
    let _changing = app.changing_directory.read().await;
    if !app.store.insert_key(&key).await? {
        return Err(NoSuchTenant::problem(format!("Tenant not found: {tenant}")));
    }
    let shown = KeyShown::from(&key);
    app.directory.add_key(key);
    Ok((StatusCode::CREATED, Json(CreatedKey { shown, key: text })))
}

/// Refuses a further key of a tenant that has as many as its limit allows. The lock is held until the key is stored, so
/// that two keys cannot both be the last one that fits.
async fn check_count<'a>(app: &'a App, tenant: &TenantId) -> Result<Option<MutexGuard<'a, ()>>, Problem> {
    let Some(limit) = app.engine.limits.of(tenant).and_then(|limited| limited.effective.keys) else { return Ok(None) };
    let counting = app.counting.lock().await;
    let has = app.store.keys(tenant).await?.len();
    if has >= limit as usize {
        app.engine.limits.reached(tenant, TenantLimit::Keys);
        let detail = format!("The tenant has {has} keys, and its limit is {limit}: revoke one first");
        return Err(TooManyKeys::problem(detail));
    }
    Ok(Some(counting))
}

fn scopes(names: &[String]) -> Result<Scopes, Problem> {
    let known = || Scope::ALL.map(Scope::name).join(", ");
    if names.is_empty() {
        return Err(Problem::invalid("scopes", format!("must name at least one of {}", known())));
    }
    let parse = |(index, name): (usize, &String)| {
        Scope::parse(name)
            .ok_or_else(|| Problem::invalid(format!("scopes[{index}]"), format!("must be one of {}", known())))
    };
    names.iter().enumerate().map(parse).collect()
}
