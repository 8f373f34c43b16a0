//! Fail points for the tests of panic isolation: a stage panics when the code that it analyses contains the stage's
//! word.

/// Panics where `text` contains the word of `stage`: `fail_read`, `fail_graph`, `fail_search`, `fail_sql`,
/// `fail_suggest`.
pub(crate) fn at(stage: &str, text: &str) {
    assert!(!text.contains(&format!("fail_{stage}")), "as asked in\n {text}");
}
