//! The alert rules: `promtool` accepts them, every alert has a case that fires and one that does not, and a section of
//! the runbook.

use crate::support::markdown;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use testing::workshop;

const NEEDS: &str = "prometheus";
/// The page with the runbook.
const RUNBOOK: &str = "docs/operations.md";
const SEVERITIES: [&str; 3] = ["critical", "warning", "info"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/prometheus")
}

fn tests() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder().join("tests")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The lines of each alert of `alerts.yml`, by its name.
pub(super) fn alerts() -> BTreeMap<String, String> {
    let text = markdown::text("deploy/prometheus/alerts.yml");
    let mut alerts = BTreeMap::new();
    let mut name = None;
    for line in text.lines() {
        if let Some((_, alert)) = line.split_once("- alert: ") {
            name = Some(alert.to_owned());
        } else if line.trim_start().starts_with("- ") {
            name = None;
        }
        if let Some(name) = &name {
            let lines: &mut String = alerts.entry(name.clone()).or_default();
            lines.push_str(line);
            lines.push('\n');
        }
    }
    assert!(alerts.len() > 10, "{alerts:?}");
    alerts
}

/// The value of a key of an alert.
fn value<'a>(lines: &'a str, key: &str) -> Option<&'a str> {
    lines.lines().find_map(|line| line.trim_start().strip_prefix(key)?.strip_prefix(": "))
}

/// The anchors of a page's headings, as code forges make them.
pub(super) fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept = heading.to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn promtool_accepts_the_rules_and_the_example_of_a_configuration() {
    workshop::run(
        Command::new("promtool").args(["check", "rules", "--lint-fatal"]).arg(folder().join("alerts.yml")),
        NEEDS,
    );
    let checked =
        workshop::run(Command::new("promtool").args(["check", "config"]).arg(folder().join("prometheus.yml")), NEEDS);
    assert!(checked.contains("1 rule files found"), "{checked}");
}

#[test]
fn promtool_passes_the_tests_of_the_rules() {
    workshop::run(Command::new("promtool").args(["test", "rules"]).args(tests()), NEEDS);
}

/// promtool succeeds for an alert that no case names.
#[test]
fn every_alert_has_a_case_that_fires_and_one_that_does_not() {
    let mut fires = BTreeSet::new();
    let mut silent = BTreeSet::new();
    for file in tests() {
        let text = fs::read_to_string(file).unwrap();
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            let Some(name) = line.strip_prefix("alertname: ") else { continue };
            match lines.next() {
                Some("exp_alerts: []") => silent.insert(name.to_owned()),
                Some("exp_alerts:") => fires.insert(name.to_owned()),
                other => panic!("after alertname: {name} comes {other:?}"),
            };
        }
    }
    let all: BTreeSet<String> = alerts().into_keys().collect();
    assert_eq!(fires, all, "alerts with a case that fires");
    assert_eq!(silent, all, "alerts with a case that does not fire");
}

#[test]
fn every_alert_says_how_bad_it_is_and_links_to_its_section_of_the_runbook() {
    let page = markdown::text(RUNBOOK);
    let anchors = anchors(&page);
    for (name, lines) in alerts() {
        let severity = value(&lines, "severity").unwrap_or_else(|| panic!("{name} has no severity"));
        assert!(SEVERITIES.contains(&severity), "{name}: {severity}");
        for key in ["summary", "description"] {
            assert!(value(&lines, key).is_some_and(|text| text.len() > 10), "{name} has no {key}");
        }
        let anchor = name.to_lowercase();
        assert_eq!(value(&lines, "runbook_url"), Some(&*format!("{RUNBOOK}#{anchor}")), "{name}");
        assert!(anchors.contains(&anchor), "{RUNBOOK} has no section {name}");
        // An alert that fires at once must be harmless.
        assert!(severity == "info" || value(&lines, "for").is_some(), "{name} fires at a single evaluation");
    }
}

/// A section has the three steps, so that a reader in a hurry finds them at the same place.
#[test]
fn every_section_of_the_runbook_has_symptom_look_and_do() {
    let page = markdown::text(RUNBOOK);
    for name in alerts().into_keys() {
        let (_, section) = page.split_once(&format!("### {name}\n")).unwrap_or_else(|| panic!("no section {name}"));
        let section = section.split("\n#").next().unwrap_or(section);
        let places: Vec<Option<usize>> =
            ["**Symptom:**", "**Look:**", "**Do:**"].iter().map(|step| section.find(step)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{name}: {places:?}");
    }
}
