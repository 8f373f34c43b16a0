//! `results.json`: the latest results. A run replaces the results of its scenarios and keeps the others.

use super::outcome::Outcome;
use crate::machine::{Machine, workspace};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A scenario's result, with the time and the subject of the measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) scenario: String,
    pub(crate) measured_at: String,
    pub(crate) revision: String,
    pub(crate) took_seconds: f64,
    /// The scale of the load; targets only apply at scale 1.
    pub(crate) scale: f64,
    pub(crate) machine: Machine,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Results {
    pub(crate) scenarios: Vec<Entry>,
}

impl Results {
    /// Replaces the scenario's earlier entry, in the order of `names`. Entries of removed scenarios are dropped.
    pub(crate) fn merge(&mut self, entry: Entry, names: &[&str]) {
        self.scenarios.retain(|one| one.scenario != entry.scenario && names.contains(&one.scenario.as_str()));
        self.scenarios.push(entry);
        self.scenarios.sort_by_key(|one| names.iter().position(|name| *name == one.scenario));
    }

    /// Number of missed targets.
    pub(crate) fn missed(&self) -> usize {
        let rows = self.scenarios.iter().flat_map(|one| &one.outcome.rows);
        rows.filter(|row| row.met == Some(false)).count()
    }
}

pub(crate) fn default_folder() -> PathBuf {
    workspace().join("bench").join("results")
}

/// The stored results, or empty ones.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Results> {
    let file = folder.join("results.json");
    match std::fs::read(&file) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| format!("failed to read {}", file.display())),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(Results::default()),
        Err(fault) => Err(fault).with_context(|| format!("failed to read {}", file.display())),
    }
}

pub(crate) fn write(folder: &Path, results: &Results) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    let file = folder.join("results.json");
    let text = serde_json::to_string_pretty(results)? + "\n";
    std::fs::write(&file, text).with_context(|| format!("failed to write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::outcome::{Row, Target};

    fn entry(scenario: &str, value: f64) -> Entry {
        let mut outcome = Outcome::of("a load");
        outcome.row(Row::new("ratio", "", value).goal(Target::at_least(0.4)));
        let machine = Machine { cores: 2, processor: "p".into(), memory_mib: 1, kernel: "k".into() };
        Entry {
            scenario: scenario.into(),
            measured_at: "2026-01-01T00:00:00.000Z".into(),
            revision: "abc".into(),
            took_seconds: 1.0,
            scale: 1.0,
            machine,
            outcome,
        }
    }

    #[test]
    fn a_run_replaces_its_scenarios_and_keeps_the_others() {
        let mut results = Results::default();
        for one in [entry("b", 0.5), entry("a", 0.5), entry("gone", 0.1), entry("b", 0.2)] {
            let names: &[&str] = if one.scenario == "gone" { &["a", "b", "gone"] } else { &["a", "b"] };
            results.merge(one, names);
        }
        let names: Vec<&str> = results.scenarios.iter().map(|one| one.scenario.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(results.scenarios[1].outcome.rows[0].value, Some(0.2));
        assert_eq!(results.missed(), 1);
    }

    #[test]
    fn written_results_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), Results::default());
        let results = Results { scenarios: vec![entry("a", 0.5)] };
        write(folder.path(), &results).unwrap();
        assert_eq!(read(folder.path()).unwrap(), results);
    }
}
