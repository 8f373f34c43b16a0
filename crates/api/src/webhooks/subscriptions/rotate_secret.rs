//! `POST /api/v1/webhooks/subscriptions/{id}/rotate-secret`.

use super::{create::generate, parse, unchanged};
use crate::{
    App,
    auth::{Member, RotateSecret},
    body::{JsonOrNothing, whole},
    problem::Problem,
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::{
    Profile, Subscription,
    subscription::{GRACE_DEFAULT, GRACE_MAX, SigningSecret},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// How to rotate.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct Rotate {
    /// How long the old secret signs beside the new one.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 604800, default = 86400)]
    grace_seconds: Option<Option<i64>>,
}

/// The new secret: the only time it is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rotated {
    secret: String,
    message: String,
}

/// Make a new signing secret
///
/// For the grace period `webhook-signature` carries a signature by either secret. The profile's own signature header
/// has room for one and is made with the new secret at once.
#[utoipa::path(post, path = "/api/v1/webhooks/subscriptions/{id}/rotate-secret", tag = "Subscriptions",
    params(("id" = String, Path)), request_body = Rotate, responses((status = 200, body = Rotated)))]
pub(crate) async fn rotate_secret(
    State(app): State<App>,
    member: Member<RotateSecret>,
    Path(id): Path<String>,
    JsonOrNothing(body): JsonOrNothing<Rotate>,
) -> Result<Json<Rotated>, Problem> {
    let tenant = member.tenant();
    let grace = match body.grace_seconds.flatten().map(u64::try_from) {
        None => GRACE_DEFAULT,
        Some(Ok(seconds)) if seconds <= GRACE_MAX => seconds,
        Some(_) => {
            return Err(Problem::invalid("grace_seconds", format!("must be a whole number from 0 to {GRACE_MAX}")));
        }
    };
    let now = app.clock.now();
    let rotate = |subscription: &mut Subscription| {
        let SigningSecret { value, .. } = new_secret(&app, subscription);
        subscription.rotate_secret(value, now, now.after(Duration::from_secs(grace)));
        Ok(())
    };
    let changed = app.engine.change_subscription(tenant, parse(&id)?, rotate).await;
    let subscription = changed.map_err(|fault| unchanged(fault, &id))?;
    let secret = subscription.secrets.first().map(|secret| secret.value.clone()).unwrap_or_default();
    let message = match grace {
        0 => "Secret rotated. The old secret signs nothing any more.".to_owned(),
        _ => format!("Secret rotated. The old secret keeps signing beside the new one for {grace} seconds."),
    };
    Ok(Json(Rotated { secret, message }))
}

/// In the form of the current one.
fn new_secret(app: &App, subscription: &Subscription) -> SigningSecret {
    let current = subscription.secrets.first().map(|secret| secret.value.as_str()).unwrap_or_default();
    if current.starts_with("whsk_") {
        let mut random = [0; 32];
        app.ids.secret(&mut random);
        return SigningSecret { value: signing::generate_ed25519(random), until: None };
    }
    let profile = if current.starts_with("whsec_") { Profile::Standard } else { subscription.profile };
    generate(app, profile)
        .or_else(|| generate(app, Profile::Platform))
        .unwrap_or_else(|| SigningSecret { value: String::new(), until: None })
}
