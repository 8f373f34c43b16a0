//! Throughputs as ratios to their reference, with their targets.

use super::style::{COLOURS, FAINT, GREY, INK, image, label, line, lines, text};
use crate::report::{
    outcome::{Op, Row},
    results::Results,
};
use plotters::prelude::*;

const WIDTH: u32 = 900;
/// Height of a bar with its distance to the next one.
const STEP: u32 = 30;
/// Height of everything but the bars.
const REST: u32 = 110;

pub(super) fn draw(results: &Results) -> anyhow::Result<String> {
    let rows: Vec<(&str, &Row, f64)> = results
        .scenarios
        .iter()
        .flat_map(|entry| entry.outcome.rows.iter().map(|row| (entry.scenario.as_str(), row)))
        // Ratios have no unit, and higher is better.
        .filter(|(_, row)| row.unit.is_empty() && row.target.is_some_and(|target| target.op == Op::AtLeast))
        .filter_map(|(scenario, row)| Some((scenario, row, row.value?)))
        .collect();
    let names: Vec<String> = rows.iter().map(|(scenario, row, _)| format!("{scenario}: {}", row.figure)).collect();
    // Up to the next tenth.
    let most = rows.iter().map(|(.., value)| (value * 10.0).ceil() / 10.0).fold(1.0, f64::max);
    let legend = [("measured", COLOURS[0]), ("target missed", COLOURS[1]), ("target (line)", INK)];
    let size = (WIDTH, REST + STEP * rows.len() as u32);
    image(size, "Throughput, compared with its reference", &legend, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(60)
            .x_label_area_size(50)
            .y_label_area_size(300)
            .build_cartesian_2d(0.0..most, lines(rows.len()))?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .bold_line_style(FAINT)
            .light_line_style(TRANSPARENT)
            .axis_style(FAINT)
            .x_labels(8)
            .y_labels(rows.len())
            .label_style(text(15, INK))
            .axis_desc_style(text(15, GREY))
            .x_label_formatter(&|value| format!("{value:.1}"))
            .y_label_formatter(&|at| label(at, &names))
            .x_desc("ratio of events per second: measured / reference")
            .draw()?;
        for (index, (_, row, value)) in rows.iter().enumerate() {
            let [lower, centre, upper] = line(index, rows.len());
            let colour = if row.met == Some(false) { COLOURS[1] } else { COLOURS[0] };
            let mut bar = Rectangle::new([(0.0, lower.clone()), (*value, upper.clone())], colour.filled());
            bar.set_margin(6, 6, 0, 0);
            chart.draw_series([bar])?;
            let figure = EmptyElement::at((*value, centre)) + Text::new(format!("{value:.2}"), (6, 0), text(15, INK));
            chart.draw_series([figure])?;
            if let Some(target) = row.target {
                let ends = [(target.limit, lower), (target.limit, upper)];
                chart.draw_series([PathElement::new(ends, INK.stroke_width(2))])?;
            }
        }
        Ok(())
    })
}
