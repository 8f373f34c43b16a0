//! Applies the shape of a request to a subscription.

use super::{fields::SubscriptionFields, shape::check_filter};
use crate::{App, body::Patch, problem::Problem};
use model::{
    Channels, FieldErrors, Shape, Subscription,
    shape::{Compression, HttpVersion, PayloadForm, RequestShape, SCRIPT_MAX},
};

impl SubscriptionFields {
    pub(super) fn apply_shape(&self, subscription: &mut Subscription, faults: &mut FieldErrors) {
        let Subscription { policies, credentials, .. } = subscription;
        let shape = &mut policies.shape;
        self.apply_filter(shape, faults);
        if let Some(given) = self.channels.as_ref().given() {
            let names = given.into_iter().flatten().map(String::as_str);
            if let Some(channels) = faults.take("channels", Channels::parse(names)) {
                shape.channels = channels;
            }
        }
        match &self.transformation {
            Patch::Absent => {}
            Patch::Null => {
                shape.transformation = None;
                credentials.template_options.clear();
            }
            Patch::Value(given) => {
                if let Some((transformation, options)) = given.check(&credentials.template_options, faults) {
                    shape.transformation = Some(transformation);
                    credentials.template_options = options;
                }
            }
        }
        match &self.request {
            Patch::Absent => {}
            Patch::Null => shape.request = RequestShape::default(),
            Patch::Value(given) => {
                if let Some(request) = given.check(faults) {
                    shape.request = request;
                }
            }
        }
        if let Some(given) = self.compression.as_ref().given() {
            let known = given.map(|name| Compression::parse(name).ok_or("must be gzip or zstd")).transpose();
            if let Some(compression) = faults.take("compression", known) {
                shape.compression = compression;
            }
        }
        match &self.batching {
            Patch::Absent => {}
            Patch::Null => shape.batching = None,
            Patch::Value(given) => {
                if let Some(batching) = given.check(faults) {
                    shape.batching = Some(batching);
                }
            }
        }
        if let Some(given) = self.payload.as_ref().given() {
            let known = given.map_or(Some(PayloadForm::Full), |name| PayloadForm::parse(name));
            if let Some(payload) = faults.take("payload", known.ok_or("must be full or reference")) {
                shape.payload = payload;
            }
        }
        if let Some(given) = self.ordered.as_ref().given()
            && let Some(order) = given.map_or(Some(None), |given| given.check(faults))
        {
            shape.ordered = order;
        }
        if let Some(conflict) = shape.conflict() {
            faults.add(conflict.field, conflict.to_string());
        }
        if let Some(given) = self.http_version.as_ref().given() {
            let known = given
                .map_or(Ok(HttpVersion::Auto), |name| HttpVersion::parse(name).ok_or("must be auto, http1.1 or http2"));
            if let Some(version) = faults.take("http_version", known) {
                shape.http_version = version;
            }
        }
    }

    fn apply_filter(&self, shape: &mut Shape, faults: &mut FieldErrors) {
        match self.filter.as_ref() {
            Patch::Absent => {}
            Patch::Null => shape.filter = None,
            Patch::Value(source) => {
                if faults.take("filter", check_filter(source)).is_some() {
                    shape.filter = Some(source.as_str().into());
                }
            }
        }
    }
}

/// Compiles the script of a request; records its fault.
pub(super) async fn check_script(
    app: &App,
    fields: &SubscriptionFields,
    faults: &mut FieldErrors,
) -> Result<(), Problem> {
    let Some(script) = fields.transformation.as_ref().value().and_then(|given| given.script.as_ref().value()) else {
        return Ok(());
    };
    let has_template = fields.transformation.as_ref().value().is_some_and(|given| !given.template.is_absent());
    if script.len() > SCRIPT_MAX || has_template {
        return Ok(());
    }
    match app.engine.previews.check_script(script).await {
        Ok(checked) => drop(faults.take("transformation.script", checked)),
        Err(fault) => {
            return Err(Problem::busy("The script cannot be checked now; try again shortly").because(&fault));
        }
    }
    Ok(())
}
