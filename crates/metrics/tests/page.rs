//! `docs/metrics.md` lists exactly the families of the table, with their kinds, labels and meaning.

use metrics::families;
use std::collections::BTreeMap;

const PAGE: &str = include_str!("../../../docs/metrics.md");

#[test]
fn the_page_has_every_metric_and_no_other() {
    let rows = PAGE.lines().filter(|line| line.starts_with("| `") && line.matches(" | ").count() == 4);
    let mut found = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let labels: Vec<&str> = cells[2].split(", ").map(|label| label.trim_matches('`')).collect();
        let labels = if cells[2].is_empty() { Vec::new() } else { labels };
        let known = found.insert(cells[0].trim_matches('`'), (cells[1], labels, cells[3], cells[4]));
        assert!(known.is_none(), "{} twice", cells[0]);
    }
    for family in families::ALL {
        let Some((kind, labels, unit, meaning)) = found.remove(family.name) else {
            panic!("{} is missing", family.name)
        };
        assert_eq!((kind, labels), (family.kind.name(), family.labels.to_vec()), "{}", family.name);
        assert!(meaning.contains(family.help), "{}: {}", family.name, family.help);
        for (part, expected) in [("seconds", "seconds"), ("bytes", "bytes")] {
            assert_eq!(family.name.contains(part), unit == expected, "{}", family.name);
        }
    }
    assert!(found.is_empty(), "not in the table: {:?}", found.keys());
}
