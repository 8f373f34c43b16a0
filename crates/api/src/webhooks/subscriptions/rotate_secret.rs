//! `POST /api/v1/webhooks/subscriptions/{id}/rotate-secret`.

use super::{parse, unchanged};
use crate::{
    App,
    auth::{Member, RotateSecret},
    body::{JsonOrNothing, Patch, text, whole},
    problem::{
        Problem,
        kinds::{Contended, NoSuchSubscription},
    },
    schemas::SecretTypeName,
    webhooks::secrets::{generate_next, generate_of, secret_type},
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::{
    FieldErrors, Subscription, Timestamp,
    subscription::{GRACE_DEFAULT, GRACE_MAX},
};
use serde::{Deserialize, Serialize};
use signing::Secret;
use std::time::Duration;
use utoipa::ToSchema;

/// Options of a rotation.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct Rotate {
    /// Seconds for which the old secret still signs beside the new one.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 604800, default = 86400)]
    grace_seconds: Patch<i64>,
    /// The kind of the new secret; without it, that of the old one. While both sign, requests carry signatures of both
    /// kinds.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<SecretTypeName>)]
    secret_type: Patch<String>,
}

/// The new secret, which is shown only this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rotated {
    secret: String,
    /// The key that verifies the new signatures; null for a shared secret.
    public_key: Option<String>,
    /// When the old secret stops signing; null when it signs nothing any more.
    #[schema(value_type = Option<String>, format = DateTime)]
    previous_until: Option<Timestamp>,
    message: String,
}

/// Rotate the signing secret
///
/// During the grace period `webhook-signature` carries a signature by each secret. The profile's own signature header
/// holds only one, which is made with the new secret at once.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions/{id}/rotate-secret", tag = "Subscriptions",
    params(("id" = String, Path)), request_body = Option<Rotate>, responses((status = 200, body = Rotated), NoSuchSubscription, Contended))]
pub(crate) async fn rotate_secret(
    State(app): State<App>,
    member: Member<RotateSecret>,
    Path(id): Path<String>,
    JsonOrNothing(body): JsonOrNothing<Rotate>,
) -> Result<Json<Rotated>, Problem> {
    let tenant = member.tenant();
    let grace = match body.grace_seconds.value().map(u64::try_from) {
        None => GRACE_DEFAULT,
        Some(Ok(seconds)) if seconds <= GRACE_MAX => seconds,
        Some(_) => {
            return Err(Problem::invalid("grace_seconds", format!("must be a whole number from 0 to {GRACE_MAX}")));
        }
    };
    let mut faults = FieldErrors::default();
    let kind = secret_type(&body.secret_type, "secret_type", &mut faults);
    faults.into_result()?;
    let now = app.clock.now();
    let until = now.after(Duration::from_secs(grace));
    let rotate = |subscription: &mut Subscription| {
        let value = match kind {
            Some(kind) => generate_of(&app, kind),
            None => generate_next(&app, subscription.secrets.first()),
        };
        subscription.rotate_secret(value, now, until);
        Ok(())
    };
    let changed = app.engine.control.change_subscription(tenant, parse(&id)?, rotate).await;
    let subscription = changed.map_err(|fault| unchanged(fault, &id))?;
    let secret = subscription.secrets.first().map(|secret| secret.value.clone()).unwrap_or_default();
    let message = match grace {
        0 => "Secret rotated. The old secret signs nothing any more.".to_owned(),
        _ => format!("Secret rotated. The old secret keeps signing beside the new one for {grace} seconds."),
    };
    let public_key = Secret::parse(&secret).ok().and_then(|secret| secret.public_key()).map(|key| key.to_string());
    let previous_until = (subscription.secrets.len() > 1).then_some(until);
    Ok(Json(Rotated { secret, public_key, previous_until, message }))
}
