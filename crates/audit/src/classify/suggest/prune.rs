//! Removes the entries of a snippet's payload that do not fit the suggested place. The snippet is another event's call,
//! so its payload has attributes of that event's entity.

/// The snippet without the entries that do not fit; `None` when no entry of a payload remains, or when the rest has other
/// names that do not exist. An entry is a line, or several up to the end of its brackets, within two brackets or more.
pub(super) fn pruned(snippet: &str, fits: impl Fn(&str) -> bool, exists: impl Fn(&str) -> bool) -> Option<String> {
    let lines: Vec<&str> = snippet.lines().collect();
    let mut kept: Vec<String> = Vec::new();
    let mut is_dropped = false;
    let (mut depth, mut at) = (0, 0);
    while at < lines.len() {
        let start = depth;
        let mut end = at;
        depth += change(lines[end]);
        // A line that opens brackets within a payload is one entry with those that close them.
        while start >= 2 && depth > start && end + 1 < lines.len() {
            end += 1;
            depth += change(lines[end]);
        }
        let entry = lines[at..=end].join("\n");
        let closes = depth < start;
        if start >= 2 && !closes && !fits(&entry) {
            is_dropped = true;
            let is_last = !entry.trim_end().ends_with(',');
            if let Some(last) = kept.last_mut().filter(|_| is_last) {
                last.truncate(last.trim_end_matches(',').len());
            }
        } else {
            kept.push(entry);
        }
        at = end + 1;
    }
    let text = kept.join("\n");
    let is_empty =
        |pair: &[String]| pair[0].ends_with(['{', '(', '[']) && pair[1].trim_start().starts_with(['}', ')', ']']);
    let empties = is_dropped && kept.windows(2).any(is_empty);
    (!empties && exists(&text)).then_some(text)
}

/// The number of brackets that a line opens, without those that it closes.
fn change(line: &str) -> i32 {
    let mut quote = None;
    let mut depth = 0;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    depth
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: &str = "bus.publish(\n    EVENT,\n    {\n        \"id\": a.id,\n        \"sum\": a.sum,\n        \"to\": [\n            b.to,\n        ],\n    },\n    tenant,\n)";

    #[test]
    fn entries_without_their_names_are_removed() {
        let found = pruned(CALL, |text| !text.contains("sum") && !text.contains("b.to"), |_| true);
        assert_eq!(
            found.as_deref(),
            Some("bus.publish(\n    EVENT,\n    {\n        \"id\": a.id,\n    },\n    tenant,\n)")
        );
        assert_eq!(pruned(CALL, |_| true, |_| true).as_deref(), Some(CALL));
    }

    #[test]
    fn nothing_is_left_of_a_payload_without_entries() {
        assert_eq!(pruned(CALL, |_| false, |_| true), None);
        assert_eq!(pruned(CALL, |_| true, |text| !text.contains("tenant")), None);
    }
}
