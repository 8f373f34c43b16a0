//! Unusual reports that the contract allows: every format renders them.

use crate::{faults, sample, sarif, value};
use audit::report::{
    formats::{Format, render},
    *,
};

/// Every state without a place, empty names, and events of a category that is not listed.
fn bare() -> Report {
    let mut report = sample::empty();
    report.events = State::ALL.map(|state| sample::event("", "", state)).into();
    report.summary = Summary { defined: 4, published: 1, coverage: 25.0, ..Summary::default() };
    report.catalog.file = Some(String::new());
    report.undefined.push(Undefined { event_type: String::new(), sites: vec![], near: vec![] });
    report.duplicates.push(Duplicate { event_type: "nowhere.defined".into(), modules: vec![] });
    report.without_tenant.push(Place::default());
    report.bypasses.push(Bypass {
        event_type: None,
        file: String::new(),
        line: 0,
        function: None,
        table: String::new(),
    });
    report
}

#[test]
fn it_is_rendered_all_the_same() {
    for format in Format::ALL {
        assert!(render(&bare(), format).len() > 100, "{}", format.name());
    }
    assert_eq!(faults(&sarif::schema(), &value(&render(&bare(), Format::Sarif))), [""; 0]);
}

/// The report's list of categories may be incomplete.
#[test]
fn an_event_without_a_listed_category_is_shown() {
    let mut report = sample::empty();
    report.events.push(sample::event("lost.found", "lost", State::Missing));
    for format in [Format::Comprehensive, Format::QuickReference, Format::Html, Format::Sarif, Format::Github] {
        assert!(render(&report, format).contains("lost.found"), "{}", format.name());
    }
}

#[test]
fn long_lists_are_cut_with_a_word_about_it() {
    let mut report = sample::empty();
    for number in 0..40 {
        let mut event = sample::event(&format!("thing{number}.made"), &format!("thing{number}"), State::Missing);
        event.suggestions.push(sample::place(&format!("things/{number}.py"), 1, "make", "thing.made"));
        report.categories.push(Category { name: event.category.clone(), defined: 1, published: 0 });
        report.events.push(event);
    }
    let index = render(&report, Format::Index);
    assert!(index.contains("\nAnd 25 more.\n") && index.contains("\n- and 25 more\n"), "{index}");
    let summary = render(&report, Format::Summary);
    assert!(summary.contains("   - and 28 more files"), "{summary}");
}
