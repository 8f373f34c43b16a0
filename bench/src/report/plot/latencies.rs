//! p50, p95 and p99 of every scenario that measures latencies, on a logarithmic scale.

use super::style::{COLOURS, Decades, FAINT, GREY, INK, image, label, line, lines, text};
use crate::report::results::Results;
use plotters::prelude::*;

const WIDTH: u32 = 900;
/// Height of a distribution.
const STEP: u32 = 26;
/// Height of everything but the distributions.
const REST: u32 = 110;

pub(super) fn draw(results: &Results) -> anyhow::Result<String> {
    let (names, latencies): (Vec<String>, Vec<[f64; 3]>) = results
        .scenarios
        .iter()
        .flat_map(|entry| entry.outcome.latencies.iter().map(move |one| (&entry.scenario, one)))
        .filter(|(_, one)| one.percentiles.count > 0)
        .map(|(scenario, one)| {
            let of = one.percentiles;
            (format!("{scenario}: {}", one.name), [of.p50_ms, of.p95_ms, of.p99_ms])
        })
        .unzip();
    let axis = Decades::around(latencies.iter().flatten().copied());
    let count = latencies.len();
    let legend = [("p50", COLOURS[0]), ("p95", COLOURS[1]), ("p99", COLOURS[2])];
    image((WIDTH, REST + STEP * count as u32), "Latencies", &legend, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(30)
            .x_label_area_size(50)
            .y_label_area_size(320)
            .build_cartesian_2d(axis.axis(), lines(count))?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .bold_line_style(FAINT)
            .light_line_style(TRANSPARENT)
            .axis_style(FAINT)
            .y_labels(count)
            .label_style(text(15, INK))
            .axis_desc_style(text(15, GREY))
            .x_label_formatter(&|value| format!("{value}"))
            .y_label_formatter(&|at| label(at, &names))
            .x_desc("latency in ms, logarithmic")
            .draw()?;
        for (index, values) in latencies.iter().enumerate() {
            let [_, centre, _] = line(index, count);
            let at = |value: f64| (axis.clamp(value), centre.clone());
            chart.draw_series([PathElement::new([at(values[0]), at(values[2])], FAINT.stroke_width(4))])?;
            for (value, colour) in values.iter().zip(COLOURS).rev() {
                chart.draw_series([Circle::new(at(*value), 5, colour.filled())])?;
            }
        }
        Ok(())
    })
}
