//! `POST /api/v1/keys`.

use super::{CreatedKey, KeyShown, default_scopes, expiry, new_key};
use crate::schemas::{KeyLabel, ScopeName};
use crate::{
    App,
    auth::{Admin, Member, Read},
    body::{JsonOrNothing, seconds},
    problem::{
        Problem,
        kinds::{NoSuchTenant, NotOperator, TooManyKeys},
    },
};
use axum::{Json, extract::State};
use http::StatusCode;
use model::{Networks, Scope, TenantId, TenantKey, Timestamp, key::Scopes, policy::TenantLimit, text::check_line};
use serde::Deserialize;
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
    /// Seconds after which the key is refused; absent or null: never.
    #[serde(default, deserialize_with = "seconds")]
    #[schema(minimum = 1, maximum = 315_360_000, example = 7_776_000)]
    expires_in_seconds: Option<u64>,
    /// Networks from which the key may be used, in CIDR form; absent or empty: all.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["203.0.113.0/24", "2001:db8::/32"]))]
    networks: Option<Vec<String>>,
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
    let now = app.clock.now();
    let expires_at = expiry(body.expires_in_seconds, now)?;
    let networks = networks(&body.networks.unwrap_or_default())?;
    let _counting = check_count(&app, tenant, now).await?;
    let (key, text) = new_key(&app.ids, now, tenant.clone(), name, scopes);
    let key = TenantKey { expires_at, networks, ..key };
    let _changing = app.changing_directory.read().await;
    if !app.store.insert_key(&key).await? {
        return Err(NoSuchTenant::problem(format!("Tenant not found: {tenant}")));
    }
    let shown = KeyShown::from(&key);
    app.directory.add_key(key);
    Ok((StatusCode::CREATED, Json(CreatedKey { shown, key: text })))
}

/// Refuses a further key of a tenant that has as many as its limit allows. The lock is held until the key is stored, so
/// that two keys cannot both be the last one that fits. Expired keys do not count.
async fn check_count<'a>(
    app: &'a App,
    tenant: &TenantId,
    now: Timestamp,
) -> Result<Option<MutexGuard<'a, ()>>, Problem> {
    let Some(limit) = app.engine.limits.of(tenant).and_then(|limited| limited.effective.keys) else { return Ok(None) };
    let counting = app.counting.lock().await;
    let has = app.store.keys(tenant).await?.iter().filter(|key| !key.is_expired(now)).count();
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

fn networks(given: &[String]) -> Result<Networks, Problem> {
    if given.len() > Networks::MAX {
        return Err(Problem::invalid("networks", format!("must have at most {} networks", Networks::MAX)));
    }
    let parse = |(index, text): (usize, &String)| {
        Networks::parse_one(text).ok_or_else(|| {
            let detail = "must be a network in CIDR form or an address, for example 203.0.113.0/24";
            Problem::invalid(format!("networks[{index}]"), detail)
        })
    };
    given.iter().enumerate().map(parse).collect()
}
