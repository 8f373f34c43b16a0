//! Filters: compilation, and evaluation within the budget.

use crate::input::{parts, text};
use filter::{Decision, Document, Filter, LENGTH, STEPS, Why, fuzzing};

pub(super) const WORDS: &[&str] = &[
    "data.",
    "metadata.",
    "type",
    "tenant",
    "has(",
    ".all(x, ",
    ".exists(",
    ".map(",
    ".filter(",
    ".exists_one(",
    "size(",
    ".matches('",
    ".contains(",
    " && ",
    " || ",
    " ? ",
    " : ",
    " in ",
    "[",
    "timestamp(",
    "duration(",
    "int(",
    "double(",
    "string(",
    "getFullYear()",
    "==",
    "!=",
    "1.5",
    "\"\\u{1f600}\"",
    "r'",
    "0xff",
    "1u",
    "-",
    "!",
    "(a+)+",
    "\u{1e}",
];

/// A filter, data and metadata.
pub(super) fn run(input: &[u8]) {
    let [source, data, metadata] = parts(input);
    let source = text(source);
    let compiled = Filter::parse(&source);
    let document = Document::parse("invoice.created", "acme", data, metadata);
    let Ok(filter) = compiled else { return };
    assert!(source.chars().count() <= LENGTH);
    assert_eq!(Filter::parse(filter.source()).as_ref(), Ok(&filter));
    let Ok(document) = document else { return };
    let decision = filter.decide(&document);
    assert_eq!(filter.decide(&document), decision, "two decisions about one event");
    let steps = fuzzing::steps(&filter, &document);
    assert!(steps <= STEPS);
    if decision == Decision::Differs(Why::TooManySteps) {
        assert_eq!(steps, STEPS, "the budget was not used up");
    }
    if let Decision::Differs(why) = decision {
        assert!(why.to_string().len() <= 4 * source.len() + 1_000, "a reason that is longer than its filter");
    }
}
