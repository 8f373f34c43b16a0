//! Registers families.

use crate::family::{Family, Kind};
use prometheus::{GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, core::Collector};

/// Makes metrics from families, and registers them.
#[derive(Debug, Default)]
pub(crate) struct Registrar {
    registry: Registry,
    names: Vec<&'static str>,
}

/// A family of the table has a valid name and valid labels, and is registered once; the tests of [`crate::families`] and
/// [`crate::Metrics`] check it.
const VALID: &str = "a family of the table";

impl Registrar {
    fn add<C: Collector + Clone + 'static>(&mut self, family: &Family, made: C) -> C {
        self.registry.register(Box::new(made.clone())).expect(VALID);
        self.names.push(family.name);
        made
    }

    /// Counters, for the kinds `Counter` and `Unknown`.
    pub(crate) fn counter(&mut self, family: &Family) -> IntCounterVec {
        assert!(matches!(family.kind, Kind::Counter | Kind::Unknown) && !family.is_scraped, "{}", family.name);
        let made = IntCounterVec::new(Opts::new(family.name, family.help), family.labels).expect(VALID);
        self.add(family, made)
    }

    pub(crate) fn histogram(&mut self, family: &Family) -> HistogramVec {
        let options = HistogramOpts::new(family.name, family.help).buckets(family.buckets.to_vec());
        self.add(family, HistogramVec::new(options, family.labels).expect(VALID))
    }

    /// The values of a family that is set at each scrape.
    pub(crate) fn scraped(&mut self, family: &Family) -> GaugeVec {
        assert!(family.is_scraped, "{}", family.name);
        let made = GaugeVec::new(Opts::new(family.name, family.help), family.labels).expect(VALID);
        self.add(family, made)
    }

    /// The registry, and the names of its families.
    pub(crate) fn done(self) -> (Registry, Vec<&'static str>) {
        (self.registry, self.names)
    }
}
