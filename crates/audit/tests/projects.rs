//! Accuracy: audits the projects in all languages, compares the findings with
//! `projects/<language>/<project>/expected.toml`, and prints precision and recall.

use audit::{
    About, CatalogSource,
    config::Config,
    report::{Report, SiteState},
    source::{Rules, SourceTree},
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(rename = "about")]
    _about: String,
    main: Option<String>,
    chosen: Option<String>,
    defined: BTreeSet<String>,
    #[serde(default)]
    site: Vec<ExpectedSite>,
    #[serde(default)]
    event: Vec<ExpectedEvent>,
    #[serde(default)]
    unresolved: Vec<Line>,
    #[serde(default)]
    bypass: Vec<ExpectedBypass>,
    #[serde(default)]
    parallel: Vec<ExpectedParallel>,
    without_tenant: Option<Vec<ExpectedBypass>>,
    near: Option<Vec<Near>>,
    #[serde(default)]
    suggestion: Vec<ExpectedSuggestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedSite {
    event: String,
    state: String,
    file: String,
    line: u32,
    function: String,
    #[serde(default)]
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedEvent {
    #[serde(rename = "type")]
    event_type: String,
    state: String,
}

#[derive(Deserialize)]
struct Line {
    file: String,
    line: u32,
}

#[derive(Deserialize)]
struct ExpectedBypass {
    event: Option<String>,
    file: String,
    line: u32,
}

#[derive(Deserialize)]
struct ExpectedParallel {
    name: String,
    file: String,
    overlap: BTreeSet<String>,
    unbridged: BTreeSet<String>,
}

/// The first suggestion for a gap, or the reason why it has none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedSuggestion {
    event: String,
    file: Option<String>,
    function: Option<String>,
    snippet: Option<String>,
    none: Option<String>,
}

#[derive(Deserialize)]
struct Near {
    undefined: String,
    like: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects")
}

fn audit_of(path: &Path, main: Option<String>) -> Report {
    let config = fs::read_to_string(path.join(audit::config::FILE_NAME)).map(|text| Config::parse(&text).unwrap());
    let config = config.unwrap_or_default();
    let rules = Rules::new(&config.files).unwrap();
    let tree = SourceTree::of_paths(&[path.to_owned()], &rules).unwrap();
    audit::audit(&tree, &config, &CatalogSource::Code { main }, About::default(), &|| {}).unwrap()
}

/// Counts of one comparison: found and expected findings, those that are both, and the differences.
#[derive(Default)]
struct Score {
    right: usize,
    found: usize,
    expected: usize,
    faults: Vec<String>,
}

impl Score {
    fn compare<T: Ord + std::fmt::Debug>(&mut self, what: &str, expected: BTreeMap<T, String>, found: BTreeSet<T>) {
        self.expected += expected.len();
        self.found += found.len();
        self.right += expected.keys().filter(|one| found.contains(one)).count();
        for (one, why) in expected.iter().filter(|(one, _)| !found.contains(one)) {
            self.faults.push(format!("{what} not found: {one:?} {why}"));
        }
        for one in found.iter().filter(|one| !expected.contains_key(one)) {
            self.faults.push(format!("{what} that is none: {one:?}"));
        }
    }

    fn ratio(part: usize, whole: usize) -> f64 {
        if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
    }
}

#[expect(clippy::too_many_lines, reason = "one comparison after the other")]
fn judge(path: &Path) -> Score {
    let text = fs::read_to_string(path.join("expected.toml")).unwrap();
    let expected: Expected = toml::from_str(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    // Paths as seen from the folder of the crate.
    let prefix = format!("{}/", path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display());
    let plain = |file: &str| file.strip_prefix(&prefix).unwrap_or(file).to_owned();
    let report = audit_of(path, expected.main.clone());
    let mut score = Score::default();

    let mut sites = BTreeSet::new();
    for (event, site) in
        report.events.iter().flat_map(|event| event.sites.iter().map(move |site| (&event.event_type, site)))
    {
        let state = match site.state {
            SiteState::Published => "published",
            SiteState::Parallel => "parallel",
            SiteState::Dead => "dead",
        };
        sites.insert((event.clone(), state.to_owned(), plain(&site.file), site.line, site.function.clone()));
    }
    for one in &report.undefined {
        for site in &one.sites {
            sites.insert((
                one.event_type.clone(),
                "undefined".into(),
                plain(&site.file),
                site.line,
                site.function.clone(),
            ));
        }
    }
    // A parallel system's own events are in no catalog; the report lists them as unbridged.
    let unbridged: BTreeSet<&String> = report.parallel_systems.iter().flat_map(|system| &system.unbridged).collect();
    let mut wanted = BTreeMap::new();
    for site in &expected.site {
        if site.state == "parallel" && !expected.defined.contains(&site.event) {
            if !unbridged.contains(&site.event) {
                score.faults.push(format!("parallel event not found: {} {}:{}", site.event, site.file, site.line));
            }
            continue;
        }
        // A dead site of an event outside the catalog is no finding.
        if site.state == "dead" && !expected.defined.contains(&site.event) {
            continue;
        }
        let place = (site.event.clone(), site.state.clone(), site.file.clone(), site.line, site.function.clone());
        wanted.insert(place, format!("({})", site.why));
    }
    score.compare("site", wanted, sites);

    let found = report.bypasses.iter().map(|one| (one.event_type.clone(), plain(&one.file), one.line)).collect();
    let wanted = expected.bypass.iter().map(|one| ((one.event.clone(), one.file.clone(), one.line), String::new()));
    score.compare("bypass", wanted.collect(), found);

    let found: BTreeSet<(String, u32)> = report.unresolved.iter().map(|one| (plain(&one.file), one.line)).collect();
    for one in expected.unresolved.iter().filter(|one| !found.contains(&(one.file.clone(), one.line))) {
        score.faults.push(format!("unresolved not listed: {}:{}", one.file, one.line));
    }
    for (file, line) in &found {
        if !expected.unresolved.iter().any(|one| (&one.file, one.line) == (file, *line)) {
            println!("    also unresolved: {file}:{line}");
        }
    }

    let defined: BTreeSet<String> = report.events.iter().map(|event| event.event_type.clone()).collect();
    if defined != expected.defined {
        let missing: Vec<_> = expected.defined.difference(&defined).collect();
        let more: Vec<_> = defined.difference(&expected.defined).collect();
        score.faults.push(format!("catalog: not found {missing:?}, found too {more:?}"));
    }
    if let Some(chosen) = &expected.chosen
        && *chosen != report.catalog.name
    {
        score
            .faults
            .push(format!("chosen: {} because {}; expected {chosen}", report.catalog.name, report.catalog.reason));
    }
    for one in &expected.event {
        let state =
            report.events.iter().find(|event| event.event_type == one.event_type).map(|event| event.state.name());
        if state != Some(one.state.as_str()) {
            score.faults.push(format!("state of {}: {state:?}, expected {}", one.event_type, one.state));
        }
    }
    let systems: BTreeSet<_> = report
        .parallel_systems
        .iter()
        .map(|one| {
            let set = |list: &[String]| list.iter().cloned().collect::<BTreeSet<_>>();
            (one.name.clone(), plain(&one.file), set(&one.overlap), set(&one.unbridged))
        })
        .collect();
    let wanted: BTreeSet<_> =
        expected.parallel.into_iter().map(|one| (one.name, one.file, one.overlap, one.unbridged)).collect();
    if wanted != systems {
        score.faults.push(format!("parallel systems: {systems:?}\n        expected {wanted:?}"));
    }
    if let Some(places) = &expected.without_tenant {
        let wanted: BTreeSet<_> = places.iter().map(|one| (one.event.clone(), one.file.clone(), one.line)).collect();
        let found: BTreeSet<_> =
            report.without_tenant.iter().map(|one| (one.event_type.clone(), plain(&one.file), one.line)).collect();
        if wanted != found {
            score.faults.push(format!("without tenant: {found:?}\n        expected {wanted:?}"));
        }
    }
    if let Some(pairs) = &expected.near {
        let wanted: BTreeSet<_> = pairs.iter().map(|one| (one.undefined.clone(), one.like.clone())).collect();
        let found: BTreeSet<_> = report
            .undefined
            .iter()
            .flat_map(|one| one.near.first().map(|near| (one.event_type.clone(), near.clone())))
            .collect();
        if wanted != found {
            score.faults.push(format!("near: {found:?}\n        expected {wanted:?}"));
        }
    }
    suggestions(&expected.suggestion, &report, &plain, &mut score);
    score
}

fn suggestions(expected: &[ExpectedSuggestion], report: &Report, plain: &dyn Fn(&str) -> String, score: &mut Score) {
    for one in expected {
        let event = report.events.iter().find(|event| event.event_type == one.event);
        let first = event.and_then(|event| event.suggestions.first());
        let place = first.map(|first| (plain(&first.file), first.function.clone()));
        if place != one.file.clone().zip(one.function.clone()) {
            score.faults.push(format!("suggestion for {}: {first:?}", one.event));
        }
        if one.snippet.is_some() && one.snippet.as_ref() != first.map(|first| &first.snippet) {
            score.faults.push(format!("snippet for {}: {first:?}", one.event));
        }
        let none = event.and_then(|event| event.no_suggestion.as_ref());
        if one.none.as_ref() != none {
            score.faults.push(format!("no suggestion for {} because {none:?}", one.event));
        }
    }
}

#[test]
fn precision_and_recall() {
    let only = std::env::var("ONLY").ok();
    let mut table = String::from("\n  project                     right  found  expected  precision  recall\n");
    let mut all = Score::default();
    let mut languages: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    languages.sort();
    for language in languages {
        let mut projects: Vec<PathBuf> = fs::read_dir(&language).unwrap().map(|entry| entry.unwrap().path()).collect();
        projects.sort();
        for project in projects {
            let name = project.strip_prefix(folder()).unwrap().display().to_string();
            if only.as_ref().is_some_and(|only| !name.starts_with(only.as_str())) {
                continue;
            }
            let score = judge(&project);
            let precision = Score::ratio(score.right, score.found);
            let recall = Score::ratio(score.right, score.expected);
            let (right, found, expected) = (score.right, score.found, score.expected);
            let _ = writeln!(table, "  {name:<26} {right:>6} {found:>6} {expected:>9} {precision:>10.3} {recall:>7.3}");
            all.right += right;
            all.found += found;
            all.expected += expected;
            all.faults.extend(score.faults.into_iter().map(|fault| format!("{name}: {fault}")));
        }
    }
    let (right, found, expected) = (all.right, all.found, all.expected);
    let (precision, recall) = (Score::ratio(right, found), Score::ratio(right, expected));
    let _ = writeln!(table, "  {:<26} {right:>6} {found:>6} {expected:>9} {precision:>10.3} {recall:>7.3}", "all");
    println!("{table}");
    // `cargo xtask test` prints this file at its end.
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("audit-precision.txt"), &table).unwrap();
    assert!(expected > 0 || only.is_some(), "there are no projects");
    assert!(all.faults.is_empty(), "{} faults:\n  {}", all.faults.len(), all.faults.join("\n  "));
}
