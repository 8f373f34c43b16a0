//! Throughputs as ratios to their reference, with their targets.

use super::svg::{Anchor, FAINT, GREY, INK, Svg};
use crate::report::{
    outcome::{Op, Row},
    results::Results,
};

const WIDTH: f64 = 900.0;
const LEFT: f64 = 330.0;
const RIGHT: f64 = 90.0;
const TOP: f64 = 56.0;
const STEP: f64 = 30.0;

pub(super) fn draw(results: &Results) -> String {
    let rows: Vec<(&str, &Row)> = results
        .scenarios
        .iter()
        .flat_map(|entry| entry.outcome.rows.iter().map(|row| (entry.scenario.as_str(), row)))
        // Ratios have no unit, and higher is better.
        .filter(|(_, row)| row.unit.is_empty() && row.target.is_some_and(|target| target.op == Op::AtLeast))
        .filter(|(_, row)| row.value.is_some())
        .collect();
    let bottom = TOP + STEP * rows.len() as f64;
    let mut svg = Svg::new(WIDTH, bottom + 40.0, "Throughput as a share of what it is measured against");
    let most = rows.iter().filter_map(|(_, row)| row.value).fold(1.0, f64::max);
    let x = |value: f64| LEFT + (WIDTH - LEFT - RIGHT) * value / most;
    for tenth in (0..=(most * 10.0) as u32).step_by(2) {
        let value = f64::from(tenth) / 10.0;
        svg.line((x(value), TOP - 8.0), (x(value), bottom), FAINT, 1.0);
        svg.text(x(value), bottom + 18.0, Anchor::Middle, 12.0, GREY, &format!("{value}"));
    }
    for (number, (scenario, row)) in rows.iter().enumerate() {
        let y = TOP + STEP * number as f64;
        let value = row.value.unwrap_or_default();
        let colour = if row.met == Some(false) { "#d1495b" } else { "#2a6f97" };
        svg.text(LEFT - 10.0, y + 15.0, Anchor::End, 13.0, INK, &format!("{scenario}: {}", row.figure));
        svg.rect((LEFT, y + 3.0), (x(value) - LEFT, 18.0), colour);
        svg.text(x(value) + 6.0, y + 16.5, Anchor::Start, 12.0, INK, &format!("{value:.2}"));
        if let Some(target) = row.target {
            svg.line((x(target.limit), y), (x(target.limit), y + 24.0), INK, 2.0);
        }
    }
    svg.text(WIDTH - 16.0, 26.0, Anchor::End, 12.0, GREY, "black line: the target; red: missed");
    svg.finish()
}
