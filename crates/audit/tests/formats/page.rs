//! The page's parts that need no browser.

use crate::sample;
use audit::formats::{Format, render};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// What stands between two marks.
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
