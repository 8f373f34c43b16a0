//! p50, p95 and p99 of every scenario that measures latencies, on a logarithmic scale.

use super::svg::{Anchor, COLOURS, Decades, FAINT, GREY, INK, Svg};
use crate::report::results::Results;

const WIDTH: f64 = 900.0;
const LEFT: f64 = 330.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 56.0;
const STEP: f64 = 26.0;

pub(super) fn draw(results: &Results) -> String {
    let lines: Vec<(String, [f64; 3])> = results
        .scenarios
        .iter()
        .flat_map(|entry| entry.outcome.latencies.iter().map(move |one| (&entry.scenario, one)))
        .filter(|(_, one)| one.percentiles.count > 0)
        .map(|(scenario, one)| {
            let of = one.percentiles;
            (format!("{scenario}: {}", one.name), [of.p50_ms, of.p95_ms, of.p99_ms])
        })
        .collect();
    let axis = Decades::around(lines.iter().flat_map(|(_, values)| *values));
    let bottom = TOP + STEP * lines.len() as f64;
    let mut svg = Svg::new(WIDTH, bottom + 40.0, "Latencies");
    let x = |value: f64| LEFT + (WIDTH - LEFT - RIGHT) * axis.at(value);
    for (at, name) in axis.ticks() {
        let x = LEFT + (WIDTH - LEFT - RIGHT) * at;
        svg.line((x, TOP - 8.0), (x, bottom), FAINT, 1.0);
        svg.text(x, bottom + 18.0, Anchor::Middle, 12.0, GREY, &name);
    }
    for (number, (name, values)) in lines.iter().enumerate() {
        let y = TOP + STEP * number as f64 + 12.0;
        svg.text(LEFT - 10.0, y + 4.0, Anchor::End, 13.0, INK, name);
        svg.line((x(values[0]), y), (x(values[2]), y), FAINT, 4.0);
        for (value, colour) in values.iter().zip(COLOURS).rev() {
            svg.dot((x(*value), y), 5.0, colour);
        }
    }
    for (number, (name, colour)) in ["p50", "p95", "p99"].into_iter().zip(COLOURS).enumerate() {
        let x = WIDTH - 180.0 + 56.0 * number as f64;
        svg.dot((x, 22.0), 5.0, colour);
        svg.text(x + 9.0, 26.0, Anchor::Start, 12.0, GREY, name);
    }
    svg.finish()
}
