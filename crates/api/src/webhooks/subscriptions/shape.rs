//! The shape of a subscription's requests in the platform API: filter, channels, transformation, request, compression.

use crate::{
    body::{Patch, text, whole},
    schemas::{BatchFormatName, MethodName, TemplateName},
};
use model::{
    FieldErrors, Subscription,
    shape::{BadBatching, BatchFormat, Batching, FILTER_MAX, Method, RequestShape, SCRIPT_MAX, Transformation},
    subscription::MASKED,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A change of requests before they are signed: a script or a template.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct TransformationFields {
    /// JavaScript with a default export: a function of the request that returns it, or null to drop the delivery.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 65536,
        example = "export default function (webhook) { webhook.body.text = webhook.type; return webhook; }")]
    pub(super) script: Patch<String>,
    /// The name of a template that ships with Postrider.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<TemplateName>)]
    pub(super) template: Patch<String>,
    /// Options of the template, such as the `routing_key` of PagerDuty: an object of texts.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    options: Patch<Map<String, Value>>,
}

/// The form of requests beside headers and body. Fields that are absent get their default.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct RequestFields {
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<MethodName>, default = "POST")]
    method: Patch<String>,
    /// Replaces the path of the URL. May have placeholders: `{id}`, `{type}`, `{timestamp}`, `{tenant}`, `{data.…}` and
    /// `{metadata.…}`.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>, max_length = 1000, example = "/orders/{data.order_id}")]
    path: Patch<String>,
    /// Parameters that are added to the query of the URL: an object of texts, with the same placeholders.
    #[serde(default)]
    #[schema(value_type = Option<Object>, example = json!({"type": "{type}"}))]
    query: Patch<Map<String, Value>>,
}

/// Several events in one request. Fields that are absent get their default.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct BatchingFields {
    /// The most events in one request.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = u16, minimum = 2, maximum = 1000, default = 100)]
    max_events: Patch<i64>,
    /// Milliseconds that an event waits for others, at most.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = u32, minimum = 0, maximum = 60000, default = 1000)]
    max_wait_ms: Patch<i64>,
    /// `json`: an array; `ndjson`: one event on each line.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<BatchFormatName>, default = "json")]
    format: Patch<String>,
}

/// Several events in one request.
#[derive(Serialize, ToSchema)]
#[schema(as = Batching)]
pub(crate) struct BatchingShown {
    max_events: u16,
    max_wait_ms: u64,
    #[schema(value_type = BatchFormatName)]
    format: &'static str,
}

impl BatchingFields {
    pub(super) fn check(&self, faults: &mut FieldErrors) -> Option<Batching> {
        let format = match self.format.as_ref().value() {
            None => BatchFormat::default(),
            Some(name) => faults.take("batching.format", BatchFormat::parse(name).ok_or("must be json or ndjson"))?,
        };
        let events = self.max_events.value().unwrap_or(BATCH_EVENTS);
        let wait = self.max_wait_ms.value().unwrap_or(BATCH_WAIT_MS);
        let batching = Batching::try_new(events, wait, format);
        let field = match batching {
            Err(BadBatching::Events) => "batching.max_events",
            _ => "batching.max_wait_ms",
        };
        faults.take(field, batching)
    }
}

/// The most events of a batch, and the longest wait for them, when a client gives none.
const BATCH_EVENTS: i64 = 100;
const BATCH_WAIT_MS: i64 = 1_000;

impl From<Batching> for BatchingShown {
    fn from(of: Batching) -> Self {
        let max_wait_ms = of.max_wait().as_millis() as u64;
        Self { max_events: of.max_events(), max_wait_ms, format: of.format().name() }
    }
}

/// A change of requests before they are signed: a script or a template.
#[derive(Serialize, ToSchema)]
#[schema(as = Transformation)]
pub(crate) struct TransformationShown {
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TemplateName>)]
    template: Option<String>,
    /// Keys are shown as `***` to keys without the scope `webhooks.secret.view`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Option<Object>)]
    options: Map<String, Value>,
}

/// The form of requests beside headers and body.
#[derive(Serialize, ToSchema)]
#[schema(as = RequestShape)]
pub(crate) struct RequestShown {
    #[schema(value_type = MethodName)]
    method: &'static str,
    path: Option<String>,
    #[schema(value_type = Object)]
    query: Map<String, Value>,
}

impl TransformationShown {
    pub(super) fn new(of: &Subscription, sees_secrets: bool) -> Option<Self> {
        let option = |(name, value): (&String, &String)| {
            let shown = if sees_secrets || !is_key(name) { value } else { MASKED };
            (name.clone(), shown.into())
        };
        let options = of.credentials.template_options.iter().map(option).collect();
        let (script, template) = match of.policies.shape.transformation.as_ref()? {
            Transformation::Script(script) => (Some(script.to_string()), None),
            Transformation::Template(name) => (None, Some(name.to_string())),
        };
        Some(Self { script, template, options })
    }
}

/// True for an option of a template that is a credential.
fn is_key(name: &str) -> bool {
    name.ends_with("_key")
}

impl RequestShown {
    /// `None` for the default form.
    pub(super) fn new(of: &RequestShape) -> Option<Self> {
        let query = of.query().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let shown = || Self { method: of.method().name(), path: of.path().map(str::to_owned), query };
        (!of.is_default()).then(shown)
    }
}

/// The reason for which a filter is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilterFault {
    #[error("must not be empty; use null for no filter")]
    Empty,
    #[error("must have at most {FILTER_MAX} characters")]
    TooLong,
    #[error(transparent)]
    Malformed(#[from] filter::Fault),
}

pub(crate) fn check_filter(source: &str) -> Result<filter::Filter, FilterFault> {
    if source.is_empty() {
        return Err(FilterFault::Empty);
    }
    if source.chars().count() > FILTER_MAX {
        return Err(FilterFault::TooLong);
    }
    Ok(filter::Filter::parse(source)?)
}

impl TransformationFields {
    /// The transformation. A script's own faults are found by running it: see [`super::applied_shape::check_script`].
    pub(super) fn check(
        &self,
        known: &BTreeMap<String, String>,
        faults: &mut FieldErrors,
    ) -> Option<(Transformation, BTreeMap<String, String>)> {
        match (self.script.as_ref().value(), self.template.as_ref().value()) {
            (Some(script), None) if script.len() > SCRIPT_MAX => {
                faults.add("transformation.script", format!("must have at most {SCRIPT_MAX} bytes"));
                None
            }
            (Some(script), None) => Some((Transformation::Script(script.as_str().into()), BTreeMap::new())),
            (None, Some(name)) => {
                let found = transform::templates::Template::parse(name).ok_or_else(|| {
                    let names =
                        transform::templates::Template::ALL.map(transform::templates::Template::name).join(", ");
                    format!("must be one of {names}")
                });
                let template = faults.take("transformation.template", found)?;
                let options = self.options(known, faults)?;
                let checked = transform::templates::Options::check(template, options.clone());
                faults.take("transformation.options", checked)?;
                Some((Transformation::Template(template.name().into()), options))
            }
            (Some(_), Some(_)) => {
                faults.add("transformation", "must have a script or a template, not both");
                None
            }
            (None, None) => {
                faults.add("transformation", "must have a script or a template; use null for none");
                None
            }
        }
    }
}

impl TransformationFields {
    /// The options; a masked value keeps the known one.
    fn options(&self, known: &BTreeMap<String, String>, faults: &mut FieldErrors) -> Option<BTreeMap<String, String>> {
        let mut options = BTreeMap::new();
        for (name, value) in self.options.as_ref().value().into_iter().flatten() {
            let Some(text) = value.as_str() else {
                faults.add(format!("transformation.options.{name}"), "must be a string");
                return None;
            };
            let kept = known.get(name).filter(|_| text == MASKED).map_or(text, String::as_str);
            options.insert(name.clone(), kept.to_owned());
        }
        Some(options)
    }
}

impl RequestFields {
    pub(super) fn check(&self, faults: &mut FieldErrors) -> Option<RequestShape> {
        let method = match self.method.as_ref().value() {
            None => Some(Method::default()),
            Some(name) => faults.take("request.method", Method::parse(name).ok_or("must be POST, PUT or PATCH")),
        };
        let mut query = Vec::new();
        for (name, value) in self.query.as_ref().value().into_iter().flatten() {
            match value.as_str() {
                Some(text) => query.push((name.as_str(), text)),
                None => faults.add(format!("request.query.{name}"), "must be a string"),
            }
        }
        let path = self.path.as_ref().value().map(String::as_str);
        match RequestShape::try_new(method?, path, query) {
            Ok(request) => Some(request),
            Err(fault) => {
                faults.add(format!("request.{}", fault.field()), fault.to_string());
                None
            }
        }
    }
}
