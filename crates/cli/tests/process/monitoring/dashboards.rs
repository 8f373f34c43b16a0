//! The dashboards: complete panels, and their queries as Grafana would send them.

use crate::support::markdown;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

const FOLDER: &str = "deploy/grafana/dashboards";

/// A query of a panel.
#[derive(Clone, Debug)]
pub(super) struct Query {
    /// File of the dashboard.
    pub(super) dashboard: String,
    pub(super) panel: String,
    /// With the dashboard's variables.
    pub(super) written: String,
}

impl Query {
    /// The query that Grafana sends when every value is chosen, for a short range.
    pub(super) fn sent(&self) -> String {
        let mut sent = self.written.clone();
        for (variable, value) in [
            ("$__rate_interval", "15s"),
            ("$__range", "10m"),
            ("$job", ".*"),
            ("$instance", ".*"),
            ("$tenant", ".*"),
            ("$event", ".*"),
        ] {
            sent = sent.replace(variable, value);
        }
        assert!(!sent.contains('$'), "{sent}");
        sent
    }
}

/// The dashboards by the names of their files.
fn all() -> Vec<(String, Value)> {
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(FOLDER)).unwrap();
    let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let text = markdown::text(&format!("{FOLDER}/{name}"));
            let dashboard = serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            (name, dashboard)
        })
        .collect()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// All queries of all panels.
pub(super) fn queries() -> Vec<Query> {
    let mut queries = Vec::new();
    for (name, dashboard) in all() {
        for panel in list(&dashboard, "panels") {
            queries.extend(list(panel, "targets").iter().map(|target| Query {
                dashboard: name.clone(),
                panel: text(panel, "title").to_owned(),
                written: text(target, "expr").to_owned(),
            }));
        }
    }
    queries
}

#[test]
fn the_three_dashboards_have_their_variables() {
    let found: Vec<(String, String)> = all()
        .into_iter()
        .map(|(name, dashboard)| {
            let names: Vec<&str> = list(&dashboard["templating"], "list").iter().map(|one| text(one, "name")).collect();
            (name, names.join(" "))
        })
        .collect();
    let expected = [
        ("nodes.json", "datasource job instance"),
        ("overview.json", "datasource job instance tenant event"),
        ("tenant.json", "datasource job instance tenant event"),
    ];
    assert_eq!(found, expected.map(|(name, variables)| (name.to_owned(), variables.to_owned())));
}

#[test]
fn every_panel_has_a_unit_a_description_and_legends() {
    for (name, dashboard) in all() {
        let mut ids = BTreeSet::new();
        for panel in list(&dashboard, "panels") {
            let shown = format!("{name}, {}", text(panel, "title"));
            assert!(ids.insert(panel["id"].as_u64()), "{shown}: the id is not unique");
            let kind = text(panel, "type");
            if matches!(kind, "row" | "text") {
                continue;
            }
            assert_ne!(text(&panel["fieldConfig"]["defaults"], "unit"), "", "{shown}: no unit");
            assert!(text(panel, "description").len() > 10, "{shown}: no description");
            assert!(!list(panel, "targets").is_empty(), "{shown}: no query");
            for target in list(panel, "targets") {
                assert_ne!(text(target, "legendFormat"), "", "{shown}: no legend");
                assert_eq!(text(&target["datasource"], "uid"), "${datasource}", "{shown}");
            }
        }
    }
}

/// A panel that ignores the chosen installation would add up figures of several ones.
#[test]
fn every_query_heeds_the_chosen_installation() {
    for query in queries() {
        for selector in super::expressions::selectors(&query.written) {
            let is_global = selector == "postrider:delivery_objective:ratio";
            assert!(is_global || selector.contains("job=~\"$job\""), "{query:?}");
        }
    }
}

/// The provisioning files refer to each other's names and paths.
#[test]
fn the_provisioned_data_source_fits_the_scrape_interval() {
    let source = markdown::text("deploy/grafana/provisioning/datasources/prometheus.yml");
    let prometheus = markdown::text("deploy/prometheus/prometheus.yml");
    let value = |text: &str, key: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(key)).unwrap_or_else(|| panic!("no {key}"));
        line.trim().to_owned()
    };
    assert_eq!(value(&source, "timeInterval:"), value(&prometheus, "scrape_interval:"));
    let provider = markdown::text("deploy/grafana/provisioning/dashboards/postrider.yml");
    assert!(provider.contains("type: file"), "{provider}");
}
