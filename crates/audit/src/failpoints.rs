//! Faults on purpose, for tests of what a panic may do: code under test that has a certain word in it makes its reader
//! panic.

/// Panics where `text` has the word of a stage: `fail_read`, `fail_graph`, `fail_search`, `fail_sql`, `fail_suggest`.
pub(crate) fn at(stage: &str, text: &str) {
    assert!(!text.contains(&format!("fail_{stage}")), "as asked in\n {text}");
}
