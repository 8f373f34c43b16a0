//! Escaping: names in the audited code that contain markup.

use crate::{page::between, sample, value};
use audit::report::{
    Report, State, Unresolved,
    formats::{Format, render},
};

pub(crate) const HOSTILE: &str = "</script><script>alert(1)</script>|`x`\n# y";

pub(crate) fn hostile() -> Report {
    let mut report = sample::full();
    report.summary.missing += 1;
    report.summary.defined += 1;
    let mut event = sample::event(HOSTILE, HOSTILE, State::Missing);
    event.suggestions.push(sample::place(HOSTILE, 1, HOSTILE, HOSTILE));
    event.suggestions[0].snippet = format!("```\n{HOSTILE}");
    event.accepted = None;
    report.events.push(event);
    report.categories.push(audit::report::Category { name: HOSTILE.into(), defined: 1, published: 0 });
    report.unresolved.push(Unresolved {
        file: HOSTILE.into(),
        line: 1,
        expression: HOSTILE.into(),
        function: HOSTILE.into(),
        reason: Some(HOSTILE.into()),
    });
    report.undefined[0].event_type = HOSTILE.into();
    report.catalog.reason = HOSTILE.into();
    report
}

#[test]
fn a_page_has_two_scripts_whatever_the_names_are() {
    let page = render(&hostile(), Format::Html);
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert!(page.contains("&lt;script&gt;alert(1)"));
}

#[test]
fn the_json_in_a_page_is_the_report() {
    let report = hostile();
    let page = render(&report, Format::Html);
    let json = between(&page, "id=\"report\">", "</script>");
    assert!(!json.contains('<'));
    let read: Report = serde_json::from_str(json).unwrap();
    assert_eq!(read, report);
}

#[test]
fn a_row_of_markdown_stays_a_row() {
    for format in [Format::Comprehensive, Format::QuickReference, Format::Index] {
        let text = render(&hostile(), format);
        let mut fence = None;
        let mut columns = None;
        for line in text.lines() {
            let ticks = line.chars().take_while(|char| *char == '`').count();
            match fence {
                None if ticks >= 3 => fence = Some(ticks),
                Some(open) if ticks >= open && line.len() == ticks => fence = None,
                Some(_) => (),
                None => {
                    assert!(!line.starts_with("# y"), "{line}");
                    assert!(!line.contains("<script") || line.contains('`'), "{line}");
                    let bars = line.starts_with('|').then(|| line.replace("\\|", "").matches('|').count());
                    assert!(columns.is_none() || bars.is_none() || columns == bars, "{line}");
                    columns = bars;
                }
            }
        }
        assert_eq!(fence, None, "a block of code does not end in {}", format.name());
    }
}

#[test]
fn machines_read_it_too() {
    let report = hostile();
    value(&render(&report, Format::Json));
    let log = value(&render(&report, Format::Sarif));
    assert_eq!(crate::faults(&crate::sarif::schema(), &log), [""; 0]);
    for line in render(&report, Format::Github).lines() {
        assert!(line.starts_with("::"), "{line}");
    }
}
