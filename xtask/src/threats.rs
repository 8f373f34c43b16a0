//! The threat model of `SECURITY.md`: each threat names tests, and they exist.

use std::path::Path;

const HEADING: &str = "### Threats";

/// Faults of the table; `root` is the folder of the named files.
pub(crate) fn faults(text: &str, root: &Path) -> Vec<String> {
    let section = text.split_once(HEADING).map_or("", |(_, rest)| rest.split("\n#").next().unwrap_or_default());
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with('|')).skip(2).collect();
    let mut faults = Vec::new();
    if rows.is_empty() {
        faults.push(format!("SECURITY.md has no table below {HEADING:?}"));
    }
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [who, threat, protection, tests] = cells[..] else {
            faults.push(format!("SECURITY.md: a threat has four cells: {row}"));
            continue;
        };
        if [who, threat, protection].contains(&"") {
            faults.push(format!("SECURITY.md: a cell is empty: {row}"));
        }
        let files: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        if files.is_empty() {
            faults.push(format!("SECURITY.md names no test for: {who}: {threat}"));
        }
        let missing = files.into_iter().filter(|file| !root.join(file).is_file());
        faults.extend(missing.map(|file| format!("SECURITY.md names {file}, which does not exist")));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::root;
    use std::fs;

    #[test]
    fn every_test_of_the_threat_model_exists() {
        let text = fs::read_to_string(root().join("SECURITY.md")).unwrap();
        assert_eq!(faults(&text, &root()), Vec::<String>::new());
    }

    #[test]
    fn a_threat_without_a_test_is_a_fault() {
        let of =
            |row: &str| faults(&format!("{HEADING}\n\n| a | b | c | d |\n| - | - | - | - |\n{row}\n"), &root()).len();
        assert_eq!(of("| client | threat | protection | `Cargo.toml`, `SECURITY.md` |"), 0);
        assert_eq!(of("| client | threat | protection | `no/such/file.rs` |"), 1);
        assert_eq!(of("| client | threat | protection | |"), 1);
        assert_eq!(of("| client | | protection | `Cargo.toml` |"), 1);
        assert_eq!(of("| client | threat |"), 1);
        assert_eq!(faults("", &root()).len(), 1);
    }
}
