//! Writes families in the text format 0.0.4 and as OpenMetrics 1.0. Kinds come from our own table, because counters of the
//! kind `Unknown` and counters that are read from elsewhere have another kind in the library.
//!
//! The bounds of buckets are written as floating-point numbers (`le="1.0"`) in both formats, so that series have the same
//! labels whatever a scraper asks for. Prometheus 3 and the Python client write them so too.

use crate::family::{Family, Kind};
use prometheus::proto::{LabelPair, MetricFamily};
use std::fmt::Write as _;

/// An exposition format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    OpenMetrics,
}

impl Format {
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// The format that a client prefers by its `Accept` header (RFC 9110, section 12.5.1); text for one that names neither.
    pub fn accepted(accept: &str) -> Self {
        let quality = |range: &str| {
            let value = range.split(';').skip(1).find_map(|part| part.trim().strip_prefix("q="));
            value.map_or(1.0, |value| value.trim().parse::<f32>().unwrap_or(0.0))
        };
        let named = |name: &str| {
            let ranges = accept.split(',').filter(|range| {
                let mut parts = range.split(';').map(str::trim);
                let version = parts.clone().find_map(|part| part.strip_prefix("version="));
                let is_known =
                    !name.starts_with("application") || version.is_none_or(|one| matches!(one, "1.0.0" | "0.0.1"));
                parts.next().is_some_and(|media| media.eq_ignore_ascii_case(name)) && is_known
            });
            ranges.map(quality).fold(0.0, f32::max)
        };
        let (open, text) = (named("application/openmetrics-text"), named("text/plain"));
        if open > 0.0 && open >= text { Self::OpenMetrics } else { Self::Text }
    }
}

/// Writes the gathered families, which are sorted by name.
pub(crate) fn write(
    gathered: &[MetricFamily],
    kind_of: impl Fn(&str) -> Option<&'static Family>,
    format: Format,
) -> String {
    let samples: usize = gathered.iter().map(|family| family.get_metric().len()).sum();
    let mut out = String::with_capacity(4_096 + samples * 256);
    for found in gathered {
        if let Some(family) = kind_of(found.name()) {
            head(&mut out, family, format);
            found.get_metric().iter().for_each(|metric| samples_of(&mut out, family, metric));
        }
    }
    if format == Format::OpenMetrics {
        out.push_str("# EOF\n");
    }
    out
}

fn head(out: &mut String, family: &Family, format: Format) {
    let kind = match (family.kind, format) {
        (Kind::Counter, _) => "counter",
        (Kind::Gauge, _) => "gauge",
        (Kind::Histogram, _) => "histogram",
        (Kind::Unknown, Format::Text) => "untyped",
        (Kind::Unknown, Format::OpenMetrics) => "unknown",
    };
    // In OpenMetrics the suffix belongs to the sample and not to the family.
    let name = match (family.kind, format) {
        (Kind::Counter, Format::OpenMetrics) => family.name.trim_end_matches("_total"),
        _ => family.name,
    };
    out.push_str("# HELP ");
    out.push_str(name);
    out.push(' ');
    escape(out, family.help, format == Format::OpenMetrics);
    let _ = write!(out, "\n# TYPE {name} {kind}\n");
}

fn samples_of(out: &mut String, family: &Family, metric: &prometheus::proto::Metric) {
    let labels = metric.get_label();
    match family.kind {
        Kind::Histogram => {
            let histogram = metric.get_histogram();
            let mut line = |le: &str, count: u64| {
                out.push_str(family.name);
                out.push_str("_bucket{");
                for label in labels {
                    pair(out, label.name(), label.value());
                    out.push(',');
                }
                let _ = writeln!(out, "le=\"{le}\"}} {count}");
            };
            for bucket in histogram.get_bucket() {
                line(&float(bucket.upper_bound()), bucket.cumulative_count());
            }
            line("+Inf", histogram.get_sample_count());
            sample(out, family.name, "_sum", labels);
            let _ = writeln!(out, "{}", float(histogram.get_sample_sum()));
            sample(out, family.name, "_count", labels);
            let _ = writeln!(out, "{}", histogram.get_sample_count());
        }
        Kind::Gauge | Kind::Counter | Kind::Unknown => {
            let value =
                if family.is_scraped { metric.get_gauge().get_value() } else { metric.get_counter().get_value() };
            sample(out, family.name, "", labels);
            number(out, value);
            out.push('\n');
        }
    }
}

fn sample(out: &mut String, name: &str, suffix: &str, labels: &[LabelPair]) {
    out.push_str(name);
    out.push_str(suffix);
    for (at, label) in labels.iter().enumerate() {
        out.push(if at == 0 { '{' } else { ',' });
        pair(out, label.name(), label.value());
    }
    out.push_str(if labels.is_empty() { " " } else { "} " });
}

fn pair(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value, true);
    out.push('"');
}

/// Escapes a label's value or a help text. Quotes are escaped in values, and in help texts of OpenMetrics.
fn escape(out: &mut String, text: &str, with_quotes: bool) {
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '"' if with_quotes => out.push_str("\\\""),
            _ => out.push(c),
        }
    }
}

/// A number as short as it is exact.
fn number(out: &mut String, value: f64) {
    // Whole numbers up to 2^53 are exact.
    if value.is_finite() && value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        let _ = write!(out, "{}", value as i64);
    } else {
        out.push_str(&float(value));
    }
}

/// A floating-point number; whole ones keep a fraction (`1.0`).
fn float(value: f64) -> String {
    if value.is_nan() {
        "NaN".into()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf".into() } else { "-Inf".into() }
    } else {
        format!("{value:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus::{GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

    static COUNTED: Family = Family::counter("a_total", &["x"], "A \"help\" with \\ in it.");
    static UNKNOWN: Family = Family::unknown("b", &["x"], "B.");
    static GAUGE: Family = Family::gauge("c_seconds", &[], "C.");
    static HISTOGRAM: Family = Family::histogram("d_seconds", &["x"], &[0.5, 1.0], "D.");

    fn family(name: &str) -> Option<&'static Family> {
        [&COUNTED, &UNKNOWN, &GAUGE, &HISTOGRAM].into_iter().find(|one| one.name == name)
    }

    fn gathered(gauge: f64) -> Vec<MetricFamily> {
        let registry = Registry::new();
        let counted = IntCounterVec::new(Opts::new("a_total", "?"), &["x"]).unwrap();
        let unknown = IntCounterVec::new(Opts::new("b", "?"), &["x"]).unwrap();
        let gauges = GaugeVec::new(Opts::new("c_seconds", "?"), &[]).unwrap();
        let histogram =
            HistogramVec::new(HistogramOpts::new("d_seconds", "?").buckets(vec![0.5, 1.0]), &["x"]).unwrap();
        registry.register(Box::new(histogram.clone())).unwrap();
        registry.register(Box::new(gauges.clone())).unwrap();
        registry.register(Box::new(unknown.clone())).unwrap();
        registry.register(Box::new(counted.clone())).unwrap();
        counted.with_label_values(&["z"]).inc_by(2);
        counted.with_label_values(&["a\"b\\c\nd"]).inc();
        unknown.with_label_values(&["503"]).inc();
        gauges.with_label_values::<&str>(&[]).set(gauge);
        for seconds in [0.25, 0.5, 7.0] {
            histogram.with_label_values(&["y"]).observe(seconds);
        }
        registry.gather()
    }

    #[test]
    fn the_text_format_is_exact() {
        let expected = r#"# HELP a_total A "help" with \\ in it.
# TYPE a_total counter
a_total{x="a\"b\\c\nd"} 1
a_total{x="z"} 2
# HELP b B.
# TYPE b untyped
b{x="503"} 1
# HELP c_seconds C.
# TYPE c_seconds gauge
c_seconds 1.5
# HELP d_seconds D.
# TYPE d_seconds histogram
d_seconds_bucket{x="y",le="0.5"} 2
d_seconds_bucket{x="y",le="1.0"} 2
d_seconds_bucket{x="y",le="+Inf"} 3
d_seconds_sum{x="y"} 7.75
d_seconds_count{x="y"} 3
"#;
        assert_eq!(write(&gathered(1.5), family, Format::Text), expected);
    }

    #[test]
    fn openmetrics_differs_in_the_names_of_counters_the_unknown_kind_and_the_end() {
        let text = write(&gathered(3.0), family, Format::OpenMetrics);
        for line in [
            r#"# HELP a A \"help\" with \\ in it."#,
            "# TYPE a counter",
            r#"a_total{x="z"} 2"#,
            "# TYPE b unknown",
            r#"b{x="503"} 1"#,
            "c_seconds 3",
            r#"d_seconds_bucket{x="y",le="1.0"} 2"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
        assert!(text.ends_with("\n# EOF\n") && text.matches("# EOF").count() == 1);
    }

    #[test]
    fn special_numbers_are_spelt_as_the_formats_ask() {
        for (value, expected) in [
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (0.0, "0"),
            (-0.0, "0"),
            (-2.0, "-2"),
            (1e300, "1e300"),
            (0.1, "0.1"),
            (9_007_199_254_740_991.0, "9007199254740991"),
        ] {
            let text = write(&gathered(value), family, Format::Text);
            assert!(text.contains(&format!("\nc_seconds {expected}\n")), "{value} {text}");
        }
    }

    #[test]
    fn the_format_follows_the_accept_header() {
        let prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                          text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        for (accept, expected) in [
            ("", Format::Text),
            ("*/*", Format::Text),
            ("text/html,*/*;q=0.8", Format::Text),
            (prometheus, Format::OpenMetrics),
            ("application/openmetrics-text", Format::OpenMetrics),
            ("Application/OpenMetrics-Text; version=1.0.0; q=0.4, text/plain;q=0.3", Format::OpenMetrics),
            ("text/plain;version=0.0.4,application/openmetrics-text;q=0.2", Format::Text),
            ("application/openmetrics-text;version=2.0.0", Format::Text),
            ("application/openmetrics-text;q=0", Format::Text),
            ("text/plain;q=x,application/openmetrics-text;q=y", Format::Text),
        ] {
            assert_eq!(Format::accepted(accept), expected, "{accept}");
        }
    }

    proptest::proptest! {
        #[test]
        fn an_escaped_value_can_be_read_back(value in "\\PC*|[\\\\\"\n]*") {
            let mut out = String::new();
            escape(&mut out, &value, true);
            proptest::prop_assert!(!out.contains('\n'));
            let (mut read, mut chars) = (String::new(), out.chars());
            while let Some(c) = chars.next() {
                match c {
                    '\\' => read.push(match chars.next().unwrap() { 'n' => '\n', other => other }),
                    '"' => panic!("a bare quote in {out}"),
                    other => read.push(other),
                }
            }
            proptest::prop_assert_eq!(read, value);
        }
    }
}
