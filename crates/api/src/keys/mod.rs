//! Core API: API keys of tenants. A key is shown once and stored as a hash.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod rotate;

use crate::{
    problem::Problem,
    schemas::{KeyName, ScopeName, TenantName},
};
use model::{IdSource, Networks, Scope, TenantId, TenantKey, Timestamp, key::Scopes};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// A key without its text.
#[derive(Serialize, ToSchema)]
#[schema(as = Key)]
pub(crate) struct KeyShown {
    #[schema(value_type = KeyName)]
    id: String,
    #[schema(value_type = TenantName)]
    tenant_id: String,
    name: String,
    /// The key's first characters.
    hint: String,
    #[schema(value_type = Vec<ScopeName>)]
    scopes: Vec<&'static str>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Time of the last request with the key, exact to a minute; null for a key that was not used.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    /// Time from which on the key is refused; null for a key that does not expire.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Networks from which the key may be used, in CIDR form; empty for all.
    #[schema(example = json!(["203.0.113.0/24"]))]
    networks: Vec<String>,
}

/// A created key with its text, which is shown only this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedKey {
    #[serde(flatten)]
    shown: KeyShown,
    key: String,
}

impl From<&TenantKey> for KeyShown {
    fn from(key: &TenantKey) -> Self {
        Self {
            id: key.id.to_string(),
            tenant_id: key.tenant.to_string(),
            name: key.name.clone(),
            hint: key.hint.clone(),
            scopes: key.scopes.names(),
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            expires_at: key.expires_at,
            networks: key.networks.names(),
        }
    }
}

/// Generates a key: the record to store, and the text of the key.
pub fn new_key(ids: &IdSource, now: Timestamp, tenant: TenantId, name: String, scopes: Scopes) -> (TenantKey, String) {
    let mut random = [0; 32];
    ids.secret(&mut random);
    let text = format!("pk_{}", signing::generate_url_safe(random));
    let key = TenantKey {
        id: ids.key(now),
        tenant,
        name,
        hint: text.chars().take(7).collect(),
        hash: crate::hash_key(&text),
        scopes,
        created_at: now,
        last_used_at: None,
        expires_at: None,
        networks: Networks::default(),
    };
    (key, text)
}

/// Default scopes of a key: publish, manage and read, which do not include reading secrets.
fn default_scopes() -> Scopes {
    [Scope::EventsPublish, Scope::WebhooksManage, Scope::WebhooksRead].into_iter().collect()
}

/// Longest life of a key that ends: ten years.
const LIFE_MAX: u64 = 315_360_000;

/// The end that a request gives to a key.
fn expiry(seconds: Option<u64>, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    match seconds {
        None => Ok(None),
        Some(seconds @ 1..=LIFE_MAX) => Ok(Some(now.after(Duration::from_secs(seconds)))),
        Some(_) => Err(Problem::invalid("expires_in_seconds", format!("must be 1 to {LIFE_MAX}"))),
    }
}
