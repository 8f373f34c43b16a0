//! A new subscription before its fields are applied.

use crate::App;
use model::{
    JsonObject, Profile, Subscription, SubscriptionState, SubscriptionUrl, TenantId,
    retry::Schedule,
    subscription::{SubscriptionStats, TIMEOUT_DEFAULT},
};
use std::time::Duration;

/// A subscription with default values, of which only tenant and profile are set.
pub(crate) fn blank(app: &App, tenant: &TenantId, profile: Profile) -> Subscription {
    let now = app.clock.now().to_millis();
    Subscription {
        id: app.ids.subscription(now),
        tenant: tenant.clone(),
        url: SubscriptionUrl::unset(),
        description: None,
        events: Vec::new(),
        headers: Vec::new(),
        state: SubscriptionState::Active,
        profile,
        retry_enabled: true,
        max_retries: default_retries(app, profile),
        timeout: Duration::from_secs(TIMEOUT_DEFAULT),
        policies: Default::default(),
        health: Default::default(),
        credentials: Default::default(),
        secrets: Vec::new(),
        metadata: JsonObject::default(),
        stats: SubscriptionStats::default(),
        is_unique: false,
        revision: 0,
        created_at: now,
        updated_at: now,
    }
}

/// Default of `max_retries`: the configured number for profiles with exponential backoff, else the profile's own.
pub(super) fn default_retries(app: &App, profile: Profile) -> u8 {
    let rules = profile.rules();
    if rules.schedule == Schedule::Exponential { app.settings.max_retries } else { rules.max_retries }
}
