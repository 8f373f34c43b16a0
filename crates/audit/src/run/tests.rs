//! Panic isolation: a panic costs only the file, the call site or the suggestion in which it happens, and the report
//! names it.

use super::*;
use crate::{report::State, source::Rules};

const EVENTS: &str = "class WebhookEvent:\n    PAID = \"invoice.paid\"\n    VOIDED = \"invoice.voided\"\n    LOST = \
                      \"fail_suggest.lost\"\n";
const GOOD: &str = "from events import WebhookEvent\n\n\ndef pay(bus):\n    bus.publish(WebhookEvent.PAID)\n\n\ndef \
                    void_invoice(invoice):\n    invoice.void()\n";

fn report(files: &[(&str, &str)]) -> Report {
    let base = [("events.py", EVENTS), ("good.py", GOOD)];
    let texts =
        base.iter().chain(files).map(|(name, text)| ((*name).to_owned(), (*name).to_owned(), (*text).to_owned()));
    let config = Config::default();
    let tree = SourceTree::of_texts(texts.collect(), Vec::new(), &Rules::new(&config.files).unwrap());
    audit(&tree, &config, &CatalogSource::Code { main: None }, About::default(), &|| {}).unwrap()
}

fn state(report: &Report, name: &str) -> State {
    report.events.iter().find(|event| event.event_type == name).unwrap().state
}

/// Reasons of unresolved calls by their lines.
fn reasons(report: &Report) -> Vec<(&str, u32, &str)> {
    let all = report.unresolved.iter();
    all.filter_map(|one| Some((one.file.as_str(), one.line, one.reason.as_deref()?))).collect()
}

#[test]
fn a_panic_in_one_file_skips_that_file() {
    let report = report(&[("bad.py", "fail_read = 1\n"), ("also.py", "x = 1\n")]);
    assert_eq!(report.files.read, 3);
    let [skipped] = &report.files.skipped[..] else { panic!("{:?}", report.files.skipped) };
    assert_eq!(
        (skipped.file.as_str(), skipped.reason.as_str()),
        ("bad.py", "an internal error: as asked in fail_read = 1")
    );
    assert_eq!(state(&report, "invoice.paid"), State::Published);
}

#[test]
fn a_panic_at_a_call_makes_that_call_unresolved() {
    for (call, said) in [
        ("bus.emit_fail_search(name)", "an internal error: as asked in emit_fail_search"),
        ("fail_graph(1)", "an internal error: as asked in fail_graph"),
        ("run(\"INSERT INTO webhook_events VALUES ('fail_sql')\")", "an internal error: as asked in INSERT INTO"),
    ] {
        let report = report(&[("bad.py", &format!("import x\n{call}\n"))]);
        let found = reasons(&report);
        let [(file, line, reason)] = found[..] else { panic!("{call}: {found:?}") };
        assert_eq!((file, line), ("bad.py", 2), "{call}");
        assert!(reason.starts_with(said), "{call}: {reason}");
        assert_eq!(state(&report, "invoice.paid"), State::Published, "{call}");
    }
}

#[test]
fn a_panic_about_one_event_costs_its_suggestions_alone() {
    let report = report(&[]);
    let suggestions =
        |name: &str| report.events.iter().find(|event| event.event_type == name).map(|event| event.suggestions.len());
    assert_eq!((suggestions("fail_suggest.lost"), suggestions("invoice.voided")), (Some(0), Some(1)));
}

/// An event argument with more values than the budget allows is unresolved, and the report gives the reason.
#[test]
fn a_site_that_uses_up_its_budget_says_so() {
    use std::fmt::Write as _;
    let mut text = String::from("from events import WebhookEvent\n");
    // Each level doubles the number of paths, which exceeds any budget.
    for level in 0..40 {
        let next = level + 1;
        let _ = write!(text, "def f{level}(a):\n    return f{next}(g(a)) if a else f{next}(h(a))\n\n\n");
    }
    text.push_str("def g(a):\n    return f1(a) or f2(a)\n\n\ndef h(a):\n    return f2(a) or f3(a)\n\n\n");
    text.push_str(
        "def f40(a):\n    return a\n\n\ndef go(bus, event_type):\n    bus.publish(event_type=f0(event_type))\n",
    );
    let report = report(&[("deep.py", &text), ("bus.py", "def call(bus, x):\n    go(bus, x.name)\n")]);
    let found = reasons(&report);
    assert!(
        found
            .iter()
            .any(|(file, _, reason)| *file == "deep.py" && *reason == "it leads to more places than are followed"),
        "{found:?}"
    );
}
