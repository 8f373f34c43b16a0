//! Rules for the documents as a person reads them, over a handwritten report and the reports of all test projects.

use crate::sample;
use audit::{
    About, CatalogSource,
    config::Config,
    report::{
        Confidence, Report, State,
        formats::{Format, render},
    },
    source::{Rules, SourceTree},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

const DOCUMENTS: [Format; 4] = [Format::Comprehensive, Format::QuickReference, Format::Summary, Format::Index];

/// The reports of all projects in `tests/projects`, and of the sample with and without a doubt.
fn reports() -> &'static [(String, Report)] {
    static REPORTS: OnceLock<Vec<(String, Report)>> = OnceLock::new();
    REPORTS.get_or_init(|| {
        let of_folder = |folder: PathBuf| (folder.display().to_string(), audited(&folder));
        let mut all: Vec<(String, Report)> = folders().into_iter().map(of_folder).collect();
        let mut unsure = sample::full();
        unsure.catalog.candidates = sample::candidates();
        all.extend([("full".into(), sample::full()), ("unsure".into(), unsure), ("empty".into(), sample::empty())]);
        all
    })
}

fn folders() -> Vec<PathBuf> {
    let inside = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect()
    };
    let projects = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects");
    let mut folders: Vec<PathBuf> = inside(&projects).iter().flat_map(|language| inside(language)).collect();
    folders.sort();
    assert!(folders.len() > 20, "{folders:?}");
    folders
}

fn audited(folder: &Path) -> Report {
    let config = fs::read_to_string(folder.join(audit::config::FILE_NAME)).map(|text| Config::parse(&text).unwrap());
    let config = config.unwrap_or_default();
    let rules = Rules::new(&config.files).unwrap();
    let tree = SourceTree::of_paths(&[folder.to_owned()], &rules).unwrap();
    audit::audit(&tree, &config, &CatalogSource::Code { main: None }, About::default(), &|| {}).unwrap()
}

/// The lines of a document outside of blocks of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.lines().filter(move |line| {
        let fence = line.starts_with("```");
        inside ^= fence;
        !inside && !fence
    })
}

#[test]
fn no_line_of_a_list_is_there_twice() {
    for (name, report) in reports() {
        for format in DOCUMENTS {
            let mut seen = BTreeSet::new();
            for line in prose(&render(report, format)) {
                let item = line.trim_start();
                let is_item = item.starts_with("- ") || item.starts_with("| `") || item.starts_with("| **");
                if item.is_empty() || item.starts_with('#') || item.starts_with("===") {
                    seen.clear();
                } else if is_item && item.len() > 12 {
                    assert!(seen.insert(line.to_owned()), "{name}, {}: {line}", format.name());
                }
            }
        }
        let annotations = render(report, Format::Github);
        let lines: BTreeSet<&str> = annotations.lines().collect();
        assert_eq!(lines.len(), annotations.lines().count(), "{name}: {annotations}");
    }
}

#[test]
fn no_heading_is_there_twice() {
    for (name, report) in reports() {
        for format in DOCUMENTS {
            let text = render(report, format);
            for level in ["## ", "#### "] {
                let headings: Vec<&str> = prose(&text).filter(|line| line.starts_with(level)).collect();
                let unique: BTreeSet<&&str> = headings.iter().collect();
                assert_eq!(unique.len(), headings.len(), "{name}, {}: {headings:?}", format.name());
            }
        }
    }
}

#[test]
fn no_block_of_code_is_empty() {
    for (name, report) in reports() {
        let mut report = report.clone();
        for event in &mut report.events {
            event.suggestions.iter_mut().for_each(|place| place.snippet = " \n".into());
        }
        for format in DOCUMENTS {
            let text = render(&report, format);
            let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
            for pair in lines.windows(2) {
                let opens = pair[0].starts_with("```") && pair[0].len() > 3;
                assert!(!(opens && pair[1].starts_with("```")), "{name}, {}: {pair:?}", format.name());
            }
        }
    }
}

#[test]
fn no_section_is_empty_and_no_line_is_open() {
    for (name, report) in reports() {
        for format in [Format::Comprehensive, Format::QuickReference, Format::Index] {
            let text = render(report, format);
            let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
            let level = |line: &str| line.bytes().take_while(|byte| *byte == b'#').count();
            for pair in lines.windows(2) {
                let (one, next) = (level(pair[0]), level(pair[1]));
                assert!(one == 0 || next == 0 || next > one, "{name}, {}: {pair:?}", format.name());
                let opens = pair[0].starts_with("**") || pair[0].ends_with("** ");
                assert!(!opens || !pair[0].ends_with(':'), "{name}, {}: {pair:?}", format.name());
            }
            assert!(!text.contains("\n\n\n"), "{name}, {} has empty lines in sequence", format.name());
            assert!(!text.contains("``\n") || text.contains("```"), "{name}, {}", format.name());
        }
    }
}

/// The numbers of the table of statistics, by label.
fn numbers(text: &str) -> BTreeMap<String, usize> {
    let of_line = |line: &str| {
        if !line.starts_with('|') && !line.contains(" ...") {
            return None;
        }
        let line = line.trim().trim_matches('|').replace('|', " ");
        let (label, number) = line.trim().rsplit_once(' ')?;
        let number = number.parse().ok()?;
        Some((label.trim_end_matches(['.', ' ']).to_owned(), number))
    };
    prose(text).filter_map(of_line).collect()
}

#[test]
fn counts_agree_in_all_documents() {
    for (name, report) in reports() {
        let summary = &report.summary;
        let of_summary = numbers(&render(report, Format::Summary));
        for format in [Format::Comprehensive, Format::Index] {
            let found = numbers(&render(report, format));
            for (label, number) in &of_summary {
                assert_eq!(found.get(label), Some(number), "{name}, {}: {label}", format.name());
            }
        }
        let split = summary.published + summary.parallel_only + summary.dead + summary.missing;
        assert_eq!(split, summary.defined, "{name}");
        let published = report.events.iter().filter(|event| event.state == State::Published).count();
        assert_eq!(published, summary.published, "{name}");
        if summary.defined > 0 {
            let head = format!("{published} of {} defined event type", summary.defined);
            for format in DOCUMENTS {
                let text = render(report, format).split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(text.contains(&head), "{name}, {}: {head}", format.name());
            }
        }
    }
}

/// The evidence counts the same members as the coverage.
#[test]
fn the_evidence_for_the_catalog_agrees_with_the_coverage() {
    let mut checked = 0;
    for (name, report) in reports() {
        let (published, defined) = (report.summary.published, report.summary.defined);
        let first = report.catalog.candidates.first();
        let texts = [Some(report.catalog.reason.as_str()), first.map(|one| one.evidence.as_str())];
        for text in texts.into_iter().flatten() {
            for part in [format!("of its {defined} are published"), format!("any other set: {published} of {defined}")]
            {
                if let Some(at) = text.find(&part) {
                    assert!(
                        part.starts_with("any") || text[..at].ends_with(&format!("{published} ")),
                        "{name}: {text}"
                    );
                    checked += 1;
                }
            }
            let says_another = text.contains("any other set") && !text.contains(&format!("{published} of {defined}"));
            assert!(!says_another, "{name}: {text}");
        }
        if let Some(first) = first {
            assert_eq!(first.emitted, published, "{name}");
        }
    }
    assert!(checked > 5, "only {checked} reasons have counts");
}

#[test]
fn a_doubt_comes_before_the_result() {
    let mut report = sample::full();
    report.catalog.candidates = sample::candidates();
    for format in [DOCUMENTS.as_slice(), &[Format::Html, Format::Github]].concat() {
        let text = render(&report, format).split_whitespace().collect::<Vec<_>>().join(" ");
        let body = text.split_once("<main>").map_or(text.as_str(), |(_, body)| body);
        let doubt = body.find("Not sure which set of constants is the catalog").unwrap_or(usize::MAX);
        let result = ["3 of 11 defined", "8 of 11", "::notice"].iter().filter_map(|part| body.find(part)).min();
        // The evidence of the first candidate has these counts, too.
        assert!(Some(doubt) < result, "{}: {doubt} {result:?}", format.name());
        for part in ["TicketingEvents", "1 of its 6 are published", "--main"] {
            assert!(body.contains(part), "{} has no {part}", format.name());
        }
    }
    let sarif = render(&report, Format::Sarif);
    assert!(sarif.contains("Not sure which set of constants"));
    // An error would be a claim about a catalog that may be the wrong one.
    let github = render(&report, Format::Github);
    assert!(!github.contains("::error"), "{github}");
    assert_eq!(github.matches("::warning").count(), 1, "{github}");
    for format in Format::ALL {
        assert!(!render(&sample::full(), format).contains("Not sure"), "{}", format.name());
    }
}

/// The part of the summary above the gaps.
fn opening(report: &Report) -> String {
    let text = render(report, Format::Summary);
    let opening = text.split("GAPS, AND WHERE THEY BELONG").next().unwrap_or_default();
    opening.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn jobs_logs_and_metrics_are_no_broken_promises() {
    let report = sample::full();
    let opening = opening(&report);
    for name in ["JOB_NAMES", "mail.digest", "page.load.time"] {
        assert!(!opening.contains(name), "{opening}");
        assert!(render(&report, Format::Comprehensive).contains(name), "{name} is listed at the end");
    }
    let sarif = crate::value(&render(&report, Format::Sarif));
    let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
    let of_name = |name: &str| results.clone().find(|one| one["properties"]["eventType"] == name).unwrap().clone();
    assert_eq!(of_name("ticket.reopened")["level"], "note");
    assert_eq!(of_name("invoice.payed")["level"], "error");
    assert!(results.clone().all(|one| one["properties"]["eventType"] != "page.load.time"));
}

#[test]
fn events_about_things_of_the_catalog_on_another_bus_are_named() {
    let opening = opening(&sample::full());
    assert!(opening.contains("ticket.reopened"), "{opening}");
}

#[test]
fn migrations_are_no_modules_without_integration() {
    for format in [Format::Summary, Format::Comprehensive, Format::Html] {
        let text = render(&sample::full(), format);
        let shown = text.split("<script type=\"application/json\"").next().unwrap_or_default();
        assert!(!shown.contains("alembic"), "{}", format.name());
        assert!(shown.replace("&#x2f;", "/").contains("billing/credit_notes"), "{}", format.name());
    }
}

#[test]
fn a_bypass_is_one_line_with_its_events() {
    for format in [Format::Comprehensive, Format::Html, Format::Github] {
        let text = render(&sample::full(), format);
        let text = text.split("<script type=\"application/json\"").next().unwrap_or_default();
        let lines: Vec<&str> =
            text.lines().filter(|line| line.contains("payment.failed") && line.contains("payment.refunded")).collect();
        assert!(!lines.is_empty(), "{}: {text}", format.name());
    }
    let github = render(&sample::full(), Format::Github);
    assert_eq!(github.matches("repair.sql").count(), 1, "{github}");
}

#[test]
fn the_summary_begins_with_at_most_three_actions() {
    for (name, report) in reports() {
        let opening = opening(report);
        assert!(opening.matches("Next: ").count() <= 3, "{name}: {opening}");
    }
    assert_eq!(opening(&sample::full()).matches("Next: ").count(), 3);
}

/// The names that the code publishes are a proposal for a catalog, not faults.
#[test]
fn without_a_catalog_names_are_no_findings() {
    let mut report = sample::empty();
    report.undefined = sample::full().undefined;
    report.summary.undefined = report.undefined.len();
    let summary = render(&report, Format::Summary);
    assert!(summary.contains("NAMES THAT THE CODE PUBLISHES") && summary.contains("- customer.suspended"), "{summary}");
    assert!(!summary.contains("PLAN") && !summary.contains("COVERAGE BY CATEGORY"), "{summary}");
    assert_eq!(render(&report, Format::Github).lines().count(), 1);
}

#[test]
fn a_guess_is_no_broken_promise() {
    let mut report = sample::full();
    for undefined in &mut report.undefined {
        undefined.sites.iter_mut().for_each(|site| site.confidence = Confidence::Low);
    }
    let opening = opening(&report);
    assert!(!opening.contains("customer.suspended is") && !opening.contains("invoice.payed"), "{opening}");
}
