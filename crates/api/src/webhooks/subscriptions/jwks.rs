//! `GET /api/v1/webhooks/subscriptions/{id}/jwks.json`.

use super::{missing, parse};
use crate::{
    App,
    problem::{Problem, kinds::NoSuchSubscription},
    webhooks::secrets::public_keys,
};
use axum::{
    Json,
    extract::{Path, State},
};
use http::{HeaderName, header::CACHE_CONTROL};
use serde::Serialize;
use signing::PublicKey;
use utoipa::ToSchema;

/// The public keys of a subscription as a JSON Web Key Set (RFC 7517).
#[derive(Serialize, ToSchema)]
#[schema(as = JsonWebKeySet)]
pub(crate) struct Jwks {
    keys: Vec<Jwk>,
}

/// A public key (RFC 8037).
#[derive(Serialize, ToSchema)]
#[schema(as = JsonWebKey)]
pub(crate) struct Jwk {
    /// `OKP`.
    kty: &'static str,
    /// `Ed25519`.
    crv: &'static str,
    /// The 32 bytes of the key in URL-safe base64.
    x: String,
    /// The key's thumbprint (RFC 7638).
    kid: String,
    /// `EdDSA`.
    alg: &'static str,
    /// `sig`.
    #[serde(rename = "use")]
    purpose: &'static str,
}

impl Jwk {
    fn new(key: &PublicKey) -> Self {
        Self { kty: "OKP", crv: "Ed25519", x: key.x(), kid: key.thumbprint(), alg: "EdDSA", purpose: "sig" }
    }
}

/// Seconds for which receivers and proxies may keep the keys.
const CACHED: &str = "public, max-age=300";

/// Get the public keys of a subscription
///
/// The keys that verify `v1a` signatures, as a JSON Web Key Set. Needs no key: public keys are no secret, and receivers
/// fetch them. Empty for a subscription that signs with shared secrets only.
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions/{id}/jwks.json", tag = "Subscriptions", security(()),
    params(("id" = String, Path)), responses((status = 200, body = Jwks), NoSuchSubscription))]
pub(crate) async fn jwks(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<([(HeaderName, &'static str); 1], Json<Jwks>), Problem> {
    let parsed = parse(&id)?;
    let tenants = app.store.tenants_with_subscription(parsed).await?;
    let tenant = tenants.first().ok_or_else(|| missing(&id))?;
    let subscription = app.store.subscription(tenant, parsed).await?.ok_or_else(|| missing(&id))?;
    let keys = public_keys(&subscription, app.clock.now()).map(|key| Jwk::new(&key)).collect();
    Ok(([(CACHE_CONTROL, CACHED)], Json(Jwks { keys })))
}
