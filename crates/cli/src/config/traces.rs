//! Settings of the export of traces: the standard variables of OpenTelemetry, and the same settings in `postrider.toml`.

use super::{Raw, trace_settings::TraceSettings};
use delivery::Sampler;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use percent_encoding::percent_decode_str;
use std::time::Duration;

const SERVICE_NAME: &str = "service.name";

impl Raw {
    /// `None` without an endpoint, and when the variables switch traces off; then the other settings do not matter.
    pub(super) fn traces(&self) -> anyhow::Result<Option<TraceSettings>> {
        let exporter = self.get("traces_exporter", |text| match text {
            "otlp" | "none" => Ok(text.to_owned()),
            _ => Err(format!("is {text:?} but must be otlp or none, for example otlp")),
        })?;
        let Some(endpoint) = self.endpoint()? else { return Ok(None) };
        if exporter == "none" || self.flag("otel_disabled")? {
            return Ok(None);
        }
        let protocol = if self.text("traces_protocol").is_some() { "traces_protocol" } else { "otlp_protocol" };
        self.get(protocol, |text| match text {
            "http/protobuf" => Ok(()),
            _ => Err(format!("is {text:?} but only http/protobuf is supported, for example to http://collector:4318")),
        })?;
        let mut headers = self.get("otlp_headers", parse_headers)?;
        headers.extend(self.get("traces_headers", parse_headers)?);
        Ok(Some(TraceSettings {
            endpoint,
            headers,
            timeout: Duration::from_millis(self.number("otlp_timeout_ms", 1, 600_000, 10_000)?),
            delay: Duration::from_millis(self.number("traces_delay_ms", 1, 600_000, 5_000)?),
            attributes: self.resource()?,
            sampler: self.sampler()?,
        }))
    }

    /// The endpoint of traces as it is, or the general one with the path of traces.
    fn endpoint(&self) -> anyhow::Result<Option<Uri>> {
        if self.text("traces_endpoint").is_some() {
            return self.get("traces_endpoint", |text| parse_endpoint(text, "")).map(Some);
        }
        if self.text("otlp_endpoint").is_some() {
            return self.get("otlp_endpoint", |text| parse_endpoint(text, "/v1/traces")).map(Some);
        }
        Ok(None)
    }

    /// The attributes of the resource. The service's own variable has precedence over them, and they over the default.
    fn resource(&self) -> anyhow::Result<Vec<(String, String)>> {
        let mut attributes = self.get("resource_attributes", parse_pairs)?;
        if let Some(name) = self.text("service_name") {
            attributes.retain(|(known, _)| known != SERVICE_NAME);
            attributes.push((SERVICE_NAME.into(), name));
        } else if attributes.iter().all(|(known, _)| known != SERVICE_NAME) {
            attributes.push((SERVICE_NAME.into(), "postrider".into()));
        }
        Ok(attributes)
    }

    fn sampler(&self) -> anyhow::Result<Sampler> {
        let (follows_parent, fixed) = self.get("traces_sampler", |text| {
            let (follows_parent, name) = match text.strip_prefix("parentbased_") {
                Some(name) => (true, name),
                None => (false, text),
            };
            match name {
                "always_on" => Ok((follows_parent, Some(1.0))),
                "always_off" => Ok((follows_parent, Some(0.0))),
                "traceidratio" => Ok((follows_parent, None)),
                _ => Err(format!(
                    "is {text:?} but must be always_on, always_off or traceidratio, with or without parentbased_, for \
                     example parentbased_traceidratio"
                )),
            }
        })?;
        let share = match fixed {
            Some(share) => share,
            None if self.text("traces_sampler_arg").is_none() => 1.0,
            None => self.share("traces_sampler_arg", "0.01")?,
        };
        Ok(Sampler { follows_parent, share })
    }
}

fn parse_endpoint(text: &str, path: &str) -> Result<Uri, String> {
    let wrong = || "must be an http or https URL, for example http://127.0.0.1:4318".to_owned();
    let uri: Uri = format!("{}{path}", text.trim_end_matches('/')).parse().map_err(|_| wrong())?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    if is_http && uri.host().is_some_and(|host| !host.is_empty()) { Ok(uri) } else { Err(wrong()) }
}

/// `name=value` pairs, separated by commas; values are percent-encoded. Errors do not repeat a value.
fn parse_pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let parse = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
        Some((name.trim().to_owned(), value.into_owned()))
    };
    let pairs = text.split(',').filter(|pair| !pair.trim().is_empty()).map(parse);
    pairs
        .collect::<Option<_>>()
        .ok_or_else(|| "must be name=value pairs with commas, for example team=billing,zone=a".into())
}

fn parse_headers(text: &str) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in parse_pairs(text)? {
        let wrong = || format!("has a header {name:?} whose name or value is malformed; for example api-key=secret");
        let parsed: HeaderName = name.parse().map_err(|_| wrong())?;
        let mut value = HeaderValue::from_str(&value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.insert(parsed, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, tests::check};

    fn traces(given: &[(&str, &str)]) -> anyhow::Result<Option<super::TraceSettings>> {
        check(given).map(|config: Config| config.traces)
    }

    #[test]
    fn traces_are_off_without_an_endpoint_and_when_switched_off() {
        let endpoint = ("otlp_endpoint", "http://127.0.0.1:4318");
        assert!(traces(&[]).unwrap().is_none());
        assert!(traces(&[("traces_sampler", "anything")]).unwrap().is_none(), "not used without an endpoint");
        for off in [("otel_disabled", "true"), ("traces_exporter", "none")] {
            assert!(traces(&[endpoint, off]).unwrap().is_none(), "{off:?}");
        }
    }

    #[test]
    fn the_general_endpoint_gets_the_path_of_traces_and_the_special_one_does_not() {
        for (given, expected) in [
            (&[("otlp_endpoint", "http://127.0.0.1:4318")][..], "http://127.0.0.1:4318/v1/traces"),
            (&[("otlp_endpoint", "https://o.example/base/")], "https://o.example/base/v1/traces"),
            (
                &[("traces_endpoint", "http://127.0.0.1:4318/x"), ("otlp_endpoint", "http://other/")],
                "http://127.0.0.1:4318/x",
            ),
        ] {
            assert_eq!(traces(given).unwrap().unwrap().endpoint.to_string(), expected);
        }
    }

    #[test]
    fn samplers_have_the_standard_names() {
        for (name, arg, expected) in [
            ("parentbased_always_on", "", (true, 1.0)),
            ("always_on", "0.5", (false, 1.0)),
            ("parentbased_always_off", "", (true, 0.0)),
            ("parentbased_traceidratio", "0.01", (true, 0.01)),
            ("traceidratio", "", (false, 1.0)),
        ] {
            let given = [("otlp_endpoint", "http://a"), ("traces_sampler", name), ("traces_sampler_arg", arg)];
            let sampler = traces(&given).unwrap().unwrap().sampler;
            assert_eq!((sampler.follows_parent, sampler.share), expected, "{name}");
        }
    }

    #[test]
    fn headers_and_attributes_are_decoded_and_the_special_headers_win() {
        let given = [
            ("otlp_endpoint", "http://a"),
            ("otlp_headers", "api-key=one, Authorization=Basic%20abc"),
            ("traces_headers", "api-key=two"),
            ("resource_attributes", "deployment.environment.name=test,team=a%2Cb"),
        ];
        let settings = traces(&given).unwrap().unwrap();
        assert_eq!(settings.headers["api-key"], "two");
        assert_eq!(settings.headers["authorization"], "Basic abc");
        assert!(!format!("{:?}", settings.headers).contains("two"));
        let expected = [("deployment.environment.name", "test"), ("team", "a,b"), ("service.name", "postrider")];
        assert_eq!(settings.attributes, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn the_service_has_the_name_of_its_variable_then_of_the_attributes() {
        let name = |given: &[(&str, &str)]| {
            let all: Vec<_> = [&[("otlp_endpoint", "http://a")], given].concat();
            let attributes = traces(&all).unwrap().unwrap().attributes;
            let names: Vec<_> = attributes.into_iter().filter(|(name, _)| name == "service.name").collect();
            assert_eq!(names.len(), 1);
            names[0].1.clone()
        };
        let attribute = ("resource_attributes", "service.name=hooks");
        assert_eq!(name(&[]), "postrider");
        assert_eq!(name(&[attribute]), "hooks");
        assert_eq!(name(&[attribute, ("service_name", "webhooks")]), "webhooks");
    }

    #[test]
    fn wrong_settings_name_their_variable_and_no_secret() {
        for (name, value, variable) in [
            ("otlp_endpoint", "127.0.0.1:4318", "OTEL_EXPORTER_OTLP_ENDPOINT"),
            ("traces_endpoint", "grpc://a", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
            ("otlp_protocol", "grpc", "OTEL_EXPORTER_OTLP_PROTOCOL"),
            ("traces_protocol", "http/json", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"),
            ("otlp_headers", "do-not-show", "OTEL_EXPORTER_OTLP_HEADERS"),
            ("otlp_headers", "a=do-not-show%0A", "OTEL_EXPORTER_OTLP_HEADERS"),
            ("traces_sampler", "sometimes", "OTEL_TRACES_SAMPLER"),
            ("traces_exporter", "jaeger", "OTEL_TRACES_EXPORTER"),
            ("otlp_timeout_ms", "0", "OTEL_EXPORTER_OTLP_TIMEOUT"),
            ("resource_attributes", "team", "OTEL_RESOURCE_ATTRIBUTES"),
        ] {
            let fault = traces(&[("otlp_endpoint", "http://a"), (name, value)]).err().unwrap().to_string();
            assert!(fault.starts_with(variable) && fault.contains("for example"), "{fault}");
            assert!(!fault.contains("do-not-show"), "{fault}");
        }
    }
}
