//! A metric family: name, kind, labels and meaning, from which it is registered, written and documented.

/// The kind of a family, as the exposition formats name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
    /// A counter whose name must not end with `_total`: `untyped` in text, `unknown` in OpenMetrics. Neither format allows
    /// such a name for a counter.
    Unknown,
}

impl Kind {
    /// The name in `docs/metrics.md`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter | Self::Unknown => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A metric family.
#[derive(Debug)]
pub struct Family {
    pub name: &'static str,
    pub kind: Kind,
    pub labels: &'static [&'static str],
    pub help: &'static str,
    /// Upper bounds of a histogram's buckets, without `+Inf`.
    pub(crate) buckets: &'static [f64],
    /// The values are set at each scrape; a series that is not set is absent.
    pub(crate) is_scraped: bool,
}

impl Family {
    pub(crate) const fn counter(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Self {
        Self { name, kind: Kind::Counter, labels, help, buckets: &[], is_scraped: false }
    }

    pub(crate) const fn unknown(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Self {
        Self { name, kind: Kind::Unknown, labels, help, buckets: &[], is_scraped: false }
    }

    pub(crate) const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Self {
        Self { name, kind: Kind::Gauge, labels, help, buckets: &[], is_scraped: true }
    }

    /// A counter that another part of the program or the operating system keeps.
    pub(crate) const fn read_counter(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Self {
        Self { name, kind: Kind::Counter, labels, help, buckets: &[], is_scraped: true }
    }

    pub(crate) const fn histogram(
        name: &'static str,
        labels: &'static [&'static str],
        buckets: &'static [f64],
        help: &'static str,
    ) -> Self {
        Self { name, kind: Kind::Histogram, labels, help, buckets, is_scraped: false }
    }
}
