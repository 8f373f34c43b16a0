//! A scenario's series over time: the p99 of each second, on a logarithmic scale.

use super::svg::{Anchor, COLOURS, Decades, FAINT, GREY, Svg};
use crate::report::results::Entry;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = HEIGHT - 44.0;

pub(super) fn draw(entry: &Entry) -> String {
    let series = &entry.outcome.series;
    let points = || series.iter().flat_map(|one| one.points.iter().copied());
    let axis = Decades::around(points().map(|(_, value)| value));
    let end = points().map(|(at, _)| at).fold(1.0, f64::max);
    let x = |at: f64| LEFT + (WIDTH - LEFT - RIGHT) * at / end;
    let y = |value: f64| BOTTOM - (BOTTOM - TOP) * axis.at(value);
    let mut svg = Svg::new(WIDTH, HEIGHT, &format!("{}: p99 of each second", entry.scenario));
    for (at, name) in axis.ticks() {
        let y = BOTTOM - (BOTTOM - TOP) * at;
        svg.line((LEFT, y), (WIDTH - RIGHT, y), FAINT, 1.0);
        svg.text(LEFT - 8.0, y + 4.0, Anchor::End, 12.0, GREY, &name);
    }
    let step = (end / 8.0).ceil().max(1.0);
    let mut at = 0.0;
    while at <= end {
        svg.text(x(at), BOTTOM + 20.0, Anchor::Middle, 12.0, GREY, &format!("{at} s"));
        at += step;
    }
    let mut legend = 16.0;
    for (one, colour) in series.iter().zip(COLOURS.iter().cycle()) {
        let line: Vec<(f64, f64)> = one.points.iter().map(|(at, value)| (x(*at), y(*value))).collect();
        svg.path(&line, colour);
        svg.dot((legend + 4.0, 46.0), 4.0, colour);
        svg.text(legend + 13.0, 50.0, Anchor::Start, 12.0, GREY, &one.name);
        legend += 34.0 + 7.0 * one.name.chars().count() as f64;
    }
    svg.finish()
}
