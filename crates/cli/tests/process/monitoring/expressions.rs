//! Selectors in PromQL.

/// Beginnings of the names of metrics that rules and dashboards use.
const FAMILIES: [&str; 6] = ["webhook_", "postrider_", "postrider:", "process_", "job:", "scrape_"];

/// A name of a metric character by character.
const fn of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | ':')
}

/// The selectors of an expression, such as `up{job="postrider"}`, without ranges and offsets.
pub(super) fn selectors(expression: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find(of_name) {
        let from = &rest[start..];
        let (name, after) = from.split_at(from.find(|c| !of_name(c)).unwrap_or(from.len()));
        rest = after;
        let is_metric = name == "up" || FAMILIES.iter().any(|family| name.starts_with(family));
        match after.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
            Some((matchers, after)) => {
                found.push(format!("{name}{{{matchers}}}"));
                rest = after;
            }
            None if is_metric => found.push(name.to_owned()),
            None => {}
        }
    }
    found
}

#[test]
fn selectors_are_found_in_an_expression() {
    let text = r#"max by (job) (postrider_nodes{state="lost"}) > min by (job) (min_over_time(postrider_nodes{state="lost"}[1h]))
        or absent(up{job="a"}) and job:webhook_x:rate5m / scalar(postrider:y:ratio) offset 5m"#;
    let expected = [
        r#"postrider_nodes{state="lost"}"#,
        r#"postrider_nodes{state="lost"}"#,
        r#"up{job="a"}"#,
        "job:webhook_x:rate5m",
        "postrider:y:ratio",
    ];
    assert_eq!(selectors(text), expected);
}
