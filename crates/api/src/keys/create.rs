//! `POST /api/v1/keys`.

use super::{KeyShown, default_scopes, new_key};
use crate::schemas::{KeyLabel, ScopeName};
use crate::{
    App,
    auth::{Admin, Manage, Member},
    body::JsonOrNothing,
    problem::{
        Problem,
        kinds::{NoSuchTenant, NotOperator},
    },
};
use axum::{Json, extract::State};
use http::StatusCode;
use model::{Scope, key::Scopes, text::check_line};
use serde::{Deserialize, Serialize};
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
    responses((status = 201, body = CreatedKey), NotOperator))]
pub(crate) async fn create(
    State(app): State<App>,
    _: Admin,
    member: Member<Manage>,
    JsonOrNothing(body): JsonOrNothing<NewKey>,
) -> Result<(StatusCode, Json<CreatedKey>), Problem> {
    let tenant = member.tenant();
    let name = body.name.unwrap_or_default();
    check_line(&name, NAME_MAX).map_err(|fault| Problem::invalid("name", fault.to_string()))?;
    let scopes = match body.scopes {
        None => default_scopes(),
        Some(names) => scopes(&names)?,
    };
    let (key, text) = new_key(&app.ids, app.clock.now(), tenant.clone(), name, scopes);
    let _changing = app.changing_directory.read().await;
    if !app.store.insert_key(&key).await? {
        return Err(NoSuchTenant::problem(format!("Tenant not found: {tenant}")));
    }
    let shown = KeyShown::from(&key);
    app.directory.add_key(key);
    Ok((StatusCode::CREATED, Json(CreatedKey { shown, key: text })))
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
