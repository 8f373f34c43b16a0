//! The parts of the HTML page that need no browser.

use crate::sample;
use audit::report::formats::{Format, render};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// The text between two marks.
pub(crate) fn between<'text>(text: &'text str, start: &str, end: &str) -> &'text str {
    let from = text.find(start).unwrap_or_else(|| panic!("there is no {start}")) + start.len();
    let length = text[from..].find(end).unwrap_or_else(|| panic!("there is no {end}"));
    &text[from..from + length]
}

fn sum(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

#[test]
fn the_policy_lets_this_style_and_this_script_in_and_nothing_else() {
    let page = render(&sample::full(), Format::Html);
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\">").replace("&#x2f;", "/");
    let policy = policy.replace("&#x27;", "'");
    let style = sum(between(&page, "<style>", "</style>"));
    let script = sum(between(&page, "<script>", "</script>"));
    let expected =
        format!("default-src 'none'; base-uri 'none'; form-action 'none'; style-src {style}; script-src {script}");
    assert_eq!(policy, expected, "after a change of page.css or page.js their sums in html.rs are these");
}

#[test]
fn nothing_comes_from_outside() {
    let page = render(&sample::full(), Format::Html);
    for word in ["src=", "http:", "https:", "@import", "url(", "style=", "onclick"] {
        assert!(!page.contains(word), "the page has {word}");
    }
}

#[test]
fn every_section_is_there() {
    let page = render(&sample::full(), Format::Html);
    for section in [
        "next",
        "gaps",
        "categories",
        "undefined",
        "parallel",
        "bypasses",
        "tenant",
        "unresolved",
        "published",
        "roadmap",
    ] {
        assert!(page.contains(&format!("<h2 id=\"{section}\"")), "there is no {section}");
    }
}

#[test]
fn the_answer_comes_first_and_gaps_before_what_is_published() {
    let page = render(&sample::full(), Format::Html);
    let at = |part: &str| page.find(part).unwrap_or_else(|| panic!("there is no {part}"));
    let order =
        ["never reach a customer.", "id=\"next\"", "2 subscriptions wait in vain.", "id=\"gaps\"", "id=\"published\""];
    assert!(order.windows(2).all(|pair| at(pair[0]) < at(pair[1])), "{order:?}");
    assert!(page.contains("<p class=\"share bad\"><strong>27.3 %"), "27.3 % has the colour of a fault");
}

#[test]
fn the_title_names_project_revision_and_date() {
    let page = render(&sample::full(), Format::Html);
    let title = between(&page, "<title>", "</title>");
    assert_eq!(title, "shop at 8f14e45fce, 1 March 2026, 10:00 UTC: 3 of 11 events published");
}

#[test]
fn a_section_without_a_finding_is_not_there() {
    let page = render(&sample::empty(), Format::Html);
    for section in ["next", "gaps", "undefined", "parallel", "bypasses", "tenant", "unresolved", "published", "roadmap"]
    {
        assert!(!page.contains(&format!("<h2 id=\"{section}\"")), "{section} is empty");
    }
    assert!(!page.contains("None was found"));
}

#[test]
fn a_weak_suggestion_is_not_shown() {
    let mut report = sample::full();
    assert!(render(&report, Format::Html).contains("What to write"));
    for event in &mut report.events {
        for place in &mut event.suggestions {
            place.score = 60;
        }
    }
    assert!(!render(&report, Format::Html).contains("What to write"));
}

#[test]
fn without_a_set_of_constants_the_shipped_catalog_is_suggested() {
    let mut report = sample::empty();
    report.catalog.name.clear();
    for format in [Format::Html, Format::Summary, Format::Comprehensive] {
        let text = render(&report, format).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("--catalog shipped"), "{}: {text}", format.name());
    }
}
