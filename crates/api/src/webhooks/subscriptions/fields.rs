//! The fields of a subscription as clients send them, and their checks; shared by creation and change.

use super::{
    credentials::{AuthenticationFields, TlsFields},
    defaults::default_retries,
    ordered::{Ordered, OrderedShown, ordered},
    policies::{CircuitBreakerFields, RateLimitFields},
    retry::{self, RetryFields},
    shape::{BatchingFields, RequestFields, TransformationFields},
};
use crate::schemas::{
    ChannelName, CompressionName, HttpVersionName, OnPauseName, PatternName, PayloadFormName, ProfileName,
    SecretTypeName,
};
use crate::{
    App,
    body::{METADATA_MAX, Patch, Unreadable, boolean, check_interop, text, texts, whole},
    webhooks::secrets::{check_given, current},
};
use model::{
    EventPattern, FieldErrors, JsonObject, Profile, Subscription, SubscriptionState, SubscriptionUrl,
    subscription::{
        DESCRIPTION_MAX, MASKED, SigningSecret, TIMEOUT_DEFAULT, TIMEOUT_MAX, TIMEOUT_MIN, check_header, check_headers,
    },
    text::check_lines,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::Duration;
use utoipa::ToSchema;

/// The fields of a subscription. Absent fields keep their value (or the default), null clears them.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = SubscriptionFields)]
pub(crate) struct SubscriptionFields {
    /// URL that receives the events: `https://`, or `http://` if the installation allows it.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = String, max_length = 2048, example = "https://example.com/webhooks")]
    pub(super) url: Patch<String>,
    /// Event types, patterns such as `invoice.*`, or `*` for all types.
    #[serde(default, deserialize_with = "texts")]
    #[schema(value_type = Vec<PatternName>, min_items = 1, max_items = 500, example = json!(["invoice.created"]))]
    pub(super) events: Patch<Vec<String>>,
    /// Alias of `events`.
    #[serde(default, deserialize_with = "texts")]
    #[schema(value_type = Vec<PatternName>, min_items = 1, max_items = 500)]
    pub(super) event_types: Patch<Vec<String>>,
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub(super) description: Patch<String>,
    /// Custom headers, sent with every request.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(super) headers: Patch<Map<String, Value>>,
    #[serde(default, deserialize_with = "boolean")]
    #[schema(value_type = bool, default = true)]
    pub(super) is_active: Patch<bool>,
    /// Alias of `is_active`, as in the short form.
    #[serde(default, deserialize_with = "boolean")]
    #[schema(value_type = bool)]
    pub(super) active: Patch<bool>,
    #[serde(default, deserialize_with = "boolean")]
    #[schema(value_type = Option<bool>, default = true)]
    pub(super) retry_enabled: Patch<bool>,
    /// Maximum number of retries after the first attempt. With a list of delays in `retry`, their number counts.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<u8>, minimum = 0, maximum = 10, default = 3)]
    pub(super) max_retries: Patch<i64>,
    /// Retry rules other than the profile's. A change replaces all of them, null removes them.
    #[serde(default)]
    #[schema(value_type = Option<RetryFields>)]
    pub(super) retry: Patch<RetryFields>,
    /// Timeout of an attempt, from the connection to the response's last byte.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<u16>, minimum = 5, maximum = 300, default = 30)]
    pub(super) timeout_seconds: Patch<i64>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(super) custom_metadata: Patch<JsonObject>,
    /// Wire style: `platform`, `tenant` or `standard`. Can only be set at creation.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<ProfileName>, default = "platform")]
    pub(super) profile: Patch<String>,
    /// Signing secret, without white space; generated when absent. Its key has at least 24 bytes: the decoded base64
    /// after `whsec_`, the ed25519 key after `whsk_`, or the UTF-8 bytes of any other text. The profile `standard`
    /// accepts the first two only. Can only be set at creation.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 6, max_length = 500, pattern = r"^\S+$")]
    pub(super) secret: Patch<String>,
    /// The kind of the generated secret: `hmac` (shared), or `ed25519`, whose public key verifies. Can only be set at
    /// creation; a rotation can change it.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<SecretTypeName>)]
    pub(super) secret_type: Patch<String>,
    /// Maximum rate of requests. Deliveries over it wait; no attempt is used up. Null: the installation's default.
    #[serde(default)]
    #[schema(value_type = Option<RateLimitFields>)]
    pub(super) rate_limit: Patch<RateLimitFields>,
    /// Maximum number of concurrent requests. Null: the installation's default.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 64)]
    pub(super) max_in_flight: Patch<i64>,
    /// When the circuit breaker opens, and how long it pauses. Fields that are absent get the installation's defaults.
    #[serde(default)]
    #[schema(value_type = Option<CircuitBreakerFields>)]
    pub(super) circuit_breaker: Patch<CircuitBreakerFields>,
    /// Hours of nothing but failures after which the subscription is disabled; 0: never. Null: the installation's
    /// default.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<u16>, minimum = 0, maximum = 8760)]
    pub(super) auto_disable_after_hours: Patch<i64>,
    /// While the subscription is paused: `collect` keeps the deliveries of new events for its activation, `drop` makes
    /// none. Deliveries that wait already are kept in both cases.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<OnPauseName>, default = "collect")]
    pub(super) on_pause: Patch<String>,
    /// Only events for which this expression is true: CEL over `type`, `data`, `metadata` and `tenant`.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 4000, example = "data.amount > 100")]
    pub(super) filter: Patch<String>,
    /// Only events with at least one of these channels. Null or an empty list: all events.
    #[serde(default, deserialize_with = "texts")]
    #[schema(value_type = Option<Vec<ChannelName>>, max_items = 10)]
    pub(super) channels: Patch<Vec<String>>,
    /// A change of requests before they are signed. A change replaces it, null removes it.
    #[serde(default)]
    #[schema(value_type = Option<TransformationFields>)]
    pub(super) transformation: Patch<TransformationFields>,
    /// Method, path and query of requests. A change replaces all of them, null removes them.
    #[serde(default)]
    #[schema(value_type = Option<RequestFields>)]
    pub(super) request: Patch<RequestFields>,
    /// Compression of bodies. Signatures are of the body before it is compressed.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<CompressionName>)]
    pub(super) compression: Patch<String>,
    /// Several events in one request. A change replaces it, null ends it. Not with a transformation, nor with `path` or
    /// `query` of `request`.
    #[serde(default)]
    #[schema(value_type = Option<BatchingFields>)]
    pub(super) batching: Patch<BatchingFields>,
    /// `reference`: requests have a signed URL, valid for 24 hours, instead of the event's data and metadata. Not with a
    /// transformation.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<PayloadFormName>, default = "full")]
    pub(super) payload: Patch<String>,
    /// Deliveries are sent one after the other, and nothing overtakes a retry: `true` for all of them, or a path such as
    /// `data.customer_id` for those with the same value there. Null or false: no order. Not with batching.
    #[serde(default, deserialize_with = "ordered")]
    #[schema(value_type = Option<OrderedShown>)]
    pub(super) ordered: Patch<Ordered>,
    /// The version of HTTP. `auto`: HTTP/2 where the receiver offers it over TLS, else HTTP/1.1. `http2` also without TLS
    /// (prior knowledge).
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<HttpVersionName>, default = "auto")]
    pub(super) http_version: Patch<String>,
    /// How requests are authenticated to the receiver. Its secrets are write-only; in a change, absent ones keep their
    /// value. Null: not at all.
    #[serde(default)]
    #[schema(value_type = Option<AuthenticationFields>)]
    pub(super) authentication: Patch<AuthenticationFields>,
    /// A client certificate (mutual TLS), and the authorities that sign the receiver's certificate.
    #[serde(default)]
    #[schema(value_type = Option<TlsFields>)]
    pub(super) tls: Patch<TlsFields>,
}

/// The reason for which metadata is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MetadataFault {
    #[error("must have at most {METADATA_MAX} bytes")]
    TooLarge,
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// Checks the metadata of a subscription or a tenant.
pub(crate) fn check_metadata(metadata: &JsonObject) -> Result<(), MetadataFault> {
    if metadata.as_str().len() > METADATA_MAX {
        return Err(MetadataFault::TooLarge);
    }
    Ok(check_interop(metadata.as_str())?)
}

/// The event types that a subscription may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventNames {
    InCatalog,
    /// Any well-formed type or pattern, registered or not.
    WellFormed,
}

fn not_null(field: &str, faults: &mut FieldErrors) {
    faults.add(field, "must not be null");
}

impl SubscriptionFields {
    /// Applies the given fields to `subscription`; returns all faults together.
    pub(super) fn apply(
        &self,
        app: &App,
        subscription: &mut Subscription,
        names: EventNames,
    ) -> Result<(), FieldErrors> {
        let mut faults = FieldErrors::default();
        self.apply_url(app, subscription, &mut faults);
        self.apply_events(app, subscription, names, &mut faults);
        self.apply_headers(subscription, &mut faults);
        let tenant = subscription.tenant.clone();
        let unsupported = |patterns: &[EventPattern]| match names {
            EventNames::InCatalog => app.unsupported(&tenant, patterns),
            EventNames::WellFormed => Vec::new(),
        };
        retry::apply(&self.retry, subscription, unsupported, &mut faults);
        self.apply_delivery(app, subscription, &mut faults);
        if let Some(description) = self.description.as_ref().given() {
            let checked = check_lines(description.map_or("", String::as_str), DESCRIPTION_MAX);
            if faults.take("description", checked).is_some() {
                subscription.description = description.cloned();
            }
        }
        if let Some(metadata) = self.custom_metadata.as_ref().given() {
            let metadata = metadata.cloned().unwrap_or_default();
            if faults.take("custom_metadata", check_metadata(&metadata)).is_some() {
                subscription.metadata = metadata;
            }
        }
        self.apply_policies(app, subscription, &mut faults);
        self.apply_shape(subscription, &mut faults);
        self.apply_credentials(app, subscription, &mut faults);
        self.apply_state(app, subscription, &mut faults);
        faults.into_result()
    }

    /// Applies the fields that decide the form of requests.
    pub(super) fn apply_for_preview(&self, app: &App, subscription: &mut Subscription, faults: &mut FieldErrors) {
        self.apply_url(app, subscription, faults);
        self.apply_headers(subscription, faults);
        self.apply_shape(subscription, faults);
    }

    fn apply_state(&self, app: &App, subscription: &mut Subscription, faults: &mut FieldErrors) {
        let (name, given) = match (self.is_active, self.active) {
            (Patch::Absent, given) => ("active", given),
            (given, _) => ("is_active", given),
        };
        match given {
            Patch::Absent => {}
            Patch::Null => not_null(name, faults),
            Patch::Value(true) => subscription.activate(app.clock.now()),
            // A subscription that a 410 disabled stays disabled until it is activated.
            Patch::Value(false) if subscription.state.is_active() => subscription.state = SubscriptionState::Paused,
            Patch::Value(false) => {}
        }
    }

    fn apply_url(&self, app: &App, subscription: &mut Subscription, faults: &mut FieldErrors) {
        match &self.url {
            Patch::Absent => {}
            Patch::Null => not_null("url", faults),
            Patch::Value(url) => {
                let checked = SubscriptionUrl::parse(url.trim(), app.settings.allow_http)
                    .map_err(|fault| fault.to_string())
                    .and_then(|url| {
                        let checked = app.engine.control.check_url(&subscription.tenant, &url);
                        checked.map(|()| url).map_err(|fault| fault.to_string())
                    });
                if let Some(url) = faults.take("url", checked) {
                    if subscription.url.as_str() != url.as_str() {
                        // A new receiver, with which earlier failures have nothing to do.
                        subscription.restart(app.clock.now());
                    }
                    subscription.url = url;
                }
            }
        }
    }

    fn apply_events(&self, app: &App, subscription: &mut Subscription, names: EventNames, faults: &mut FieldErrors) {
        let (name, given) = match (&self.events, &self.event_types) {
            (Patch::Absent, types) => ("event_types", types),
            (events, _) => ("events", events),
        };
        let given = match given {
            Patch::Absent => return,
            Patch::Null => return not_null(name, faults),
            Patch::Value(given) => given,
        };
        if given.iter().all(String::is_empty) {
            return faults.add(name, "must name at least one event type");
        }
        if given.len() > 500 {
            return faults.add(name, "must name at most 500 event types");
        }
        let mut patterns = Vec::with_capacity(given.len());
        let mut unsupported = Vec::new();
        for text in given.iter().filter(|text| !text.is_empty()) {
            match EventPattern::parse(text) {
                Ok(pattern) if patterns.contains(&pattern) => {}
                Ok(pattern) => patterns.push(pattern),
                Err(_) => unsupported.push(text.clone()),
            }
        }
        if names == EventNames::InCatalog {
            // Patterns that the subscription already has stay valid, even when a type was retired since.
            let new: Vec<_> = patterns.iter().filter(|one| !subscription.events.contains(one)).cloned().collect();
            unsupported.extend(app.unsupported(&subscription.tenant, &new));
        }
        if unsupported.is_empty() {
            subscription.events = patterns;
        } else {
            faults.add(name, format!("Unsupported event types: {}", unsupported.join(", ")));
        }
    }

    fn apply_headers(&self, subscription: &mut Subscription, faults: &mut FieldErrors) {
        let Some(given) = self.headers.as_ref().given() else { return };
        let mut headers = Vec::new();
        for (name, value) in given.into_iter().flatten() {
            let Some(text) = value.as_str().map(str::trim) else {
                faults.add(format!("headers.{name}"), "must be a string");
                continue;
            };
            // A client that may not see a value sends back the mask: the value is kept.
            let known = subscription.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            let text = known.filter(|_| text == MASKED).map_or(text, |(_, value)| value.as_str());
            if faults.take(&format!("headers.{name}"), check_header(name, text)).is_some() {
                headers.push((name.clone(), text.to_owned()));
            }
        }
        if faults.take("headers", check_headers(&headers)).is_some() {
            subscription.headers = headers;
        }
    }

    fn apply_delivery(&self, app: &App, subscription: &mut Subscription, faults: &mut FieldErrors) {
        if let Some(enabled) = self.retry_enabled.given() {
            subscription.retry_enabled = enabled.unwrap_or(true);
        }
        let default = default_retries(app, subscription.profile);
        retry::apply_max_retries(self.max_retries, subscription, default, faults);
        match self.timeout_seconds {
            Patch::Absent => {}
            Patch::Null => subscription.timeout = Duration::from_secs(TIMEOUT_DEFAULT),
            Patch::Value(number) => match u64::try_from(number) {
                Ok(seconds) if (TIMEOUT_MIN..=TIMEOUT_MAX).contains(&seconds) => {
                    subscription.timeout = Duration::from_secs(seconds);
                }
                _ => {
                    faults.add("timeout_seconds", format!("must be a whole number from {TIMEOUT_MIN} to {TIMEOUT_MAX}"))
                }
            },
        }
    }

    /// The requested profile; `platform` when none is given.
    pub(super) fn profile(&self, faults: &mut FieldErrors) -> Profile {
        let Some(name) = self.profile.as_ref().value() else { return Profile::default() };
        let known = || Profile::ALL.map(Profile::name).join(", ");
        let found = Profile::parse(name).ok_or_else(|| format!("must be one of {}", known()));
        faults.take("profile", found).unwrap_or_default()
    }

    /// The given secret, if any, after its check.
    pub(super) fn secret(&self, profile: Profile, faults: &mut FieldErrors) -> Option<SigningSecret> {
        let value = self.secret.as_ref().value()?;
        faults.take("secret", check_given(value, profile))?;
        Some(current(value.to_owned()))
    }
}
