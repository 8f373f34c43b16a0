//! The workflow commands of the `github` format.

use crate::sample;
use audit::report::{
    Unresolved,
    formats::{Format, render},
};

#[test]
fn the_most_useful_come_first() {
    insta::assert_snapshot!(render(&sample::full(), Format::Github));
}

#[test]
fn nothing_in_a_name_ends_a_command() {
    let mut report = sample::empty();
    report.unresolved.push(Unresolved {
        file: "a,b:c%.py".into(),
        line: 3,
        expression: "x\r\n::error::100%".into(),
        function: "f".into(),
        reason: None,
    });
    let text = render(&report, Format::Github);
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("::notice file=a%2Cb%3Ac%25.py,line=3,title="), "{first}");
    assert!(first.ends_with("x%0D%0A::error::100%25"), "{first}");
    assert_eq!(text.lines().count(), 2, "{text}");
}
