//! Snapshots of the whole text documents, so that a review sees every change.

use crate::sample;
use audit::report::formats::{Format, render};

const DOCUMENTS: [Format; 4] = [Format::Comprehensive, Format::QuickReference, Format::Summary, Format::Index];

#[test]
fn documents_of_a_full_report() {
    for format in DOCUMENTS {
        insta::assert_snapshot!(format!("full-{}", format.name()), render(&sample::full(), format));
    }
}

#[test]
fn documents_of_an_empty_report() {
    for format in DOCUMENTS {
        insta::assert_snapshot!(format!("empty-{}", format.name()), render(&sample::empty(), format));
    }
}

#[test]
fn nothing_is_divided_by_nothing() {
    for format in Format::ALL {
        let text = render(&sample::empty(), format);
        for word in ["NaN", "inf %", "null %", "None,", "undefined %"] {
            assert!(!text.contains(word), "{} has {word}", format.name());
        }
    }
}

#[test]
fn the_same_report_is_the_same_text() {
    for format in Format::ALL {
        assert_eq!(render(&sample::full(), format), render(&sample::full(), format), "{}", format.name());
    }
}

#[test]
fn every_format_ends_with_one_newline() {
    for report in [sample::full(), sample::empty()] {
        for format in Format::ALL {
            let text = render(&report, format);
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{}", format.name());
        }
    }
}

#[test]
fn the_summary_is_80_columns_wide() {
    for report in [sample::full(), sample::empty()] {
        for line in render(&report, Format::Summary).lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn published_stands_beside_parallel_only() {
    let text = render(&sample::full(), Format::Comprehensive);
    let headline = "3 of 11 defined event types are published (27.3 %). Not counted as published: \
                    1 in a parallel system only";
    assert!(text.contains(headline), "{text}");
}

#[test]
fn bars_have_one_width() {
    let text = render(&sample::full(), Format::Index);
    let bars: Vec<&str> = text.lines().filter(|line| line.contains('░') || line.contains('█')).collect();
    assert_eq!(bars.len(), sample::full().categories.len());
    for bar in bars {
        assert_eq!(bar.chars().filter(|char| "█░".contains(*char)).count(), 40, "{bar}");
    }
}

#[test]
fn an_accepted_gap_is_no_task() {
    let text = render(&sample::full(), Format::QuickReference);
    assert!(!text.contains("#### `email.bounced`"), "{text}");
    let text = render(&sample::full(), Format::Comprehensive);
    assert!(text.contains("- `email.bounced` (missing): The provider tells us only in a nightly file."), "{text}");
}
