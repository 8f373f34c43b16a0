//! The table that a run prints.

use super::{
    outcome::Row,
    results::{Entry, Results},
};

const HEAD: [&str; 6] = ["scenario", "figure", "value", "target", "", "load"];

/// Prints all results.
pub(crate) fn print(results: &Results) {
    print!("{}", lay_out(&results.scenarios.iter().flat_map(cells).collect::<Vec<_>>()));
    println!("\n{} targets missed", results.missed());
}

/// Prints the result of one scenario.
pub(crate) fn print_one(entry: &Entry) {
    print!("{}", lay_out(&cells(entry)));
}

fn cells(entry: &Entry) -> Vec<[String; 6]> {
    let mut lines = Vec::new();
    for (number, row) in entry.outcome.rows.iter().enumerate() {
        // Printed once per scenario, to mark where the next one begins.
        let once = |text: &str| if number == 0 { text.to_owned() } else { String::new() };
        let load = [once(&entry.outcome.load), row.note.clone()];
        lines.push([
            once(&entry.scenario),
            row.figure.clone(),
            value(row),
            row.target.map(|target| target.to_string()).unwrap_or_default(),
            row.met.map(|met| if met { "met" } else { "MISSED" }).unwrap_or_default().to_owned(),
            load.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "),
        ]);
    }
    lines
}

fn value(row: &Row) -> String {
    let Some(value) = row.value else { return "–".to_owned() };
    let digits = match value.abs() {
        large if large >= 1000.0 => 0,
        middle if middle >= 20.0 => 1,
        _ => 2,
    };
    // Whole ratios and counts are shown without decimals.
    let text = if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.digits$}") };
    format!("{text} {}", row.unit).trim_end().to_owned()
}

/// Columns are as wide as their widest cell; the last one is unbounded.
fn lay_out(lines: &[[String; 6]]) -> String {
    let mut widths: Vec<usize> = HEAD.iter().map(|head| head.chars().count()).collect();
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let head = HEAD.map(str::to_owned);
    let mut text = String::new();
    for line in std::iter::once(&head).chain(lines) {
        let mut shown = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            let padding = width.saturating_sub(cell.chars().count());
            shown.push_str(cell);
            shown.push_str(&" ".repeat(padding + 2));
        }
        text.push_str(shown.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::outcome::Target;

    #[test]
    fn values_have_the_digits_that_matter() {
        assert_eq!(value(&Row::new("a", "ms", 1234.56)), "1235 ms");
        assert_eq!(value(&Row::new("a", "ms", 45.67)), "45.7 ms");
        assert_eq!(value(&Row::new("a", "", 0.4567)), "0.46");
        assert_eq!(value(&Row::new("a", "", 0.0)), "0");
        assert_eq!(value(&Row::not_measured("a", "x")), "–");
    }

    #[test]
    fn columns_line_up() {
        let row = Row::new("ratio", "", 0.5).goal(Target::at_least(0.4));
        let line = ["steady".to_owned(), row.figure.clone(), value(&row), "≥ 0.4".into(), "met".into(), "64".into()];
        let text = lay_out(&[line]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "scenario  figure  value  target       load");
        assert_eq!(lines[1], "steady    ratio   0.50   ≥ 0.4   met  64");
    }
}
