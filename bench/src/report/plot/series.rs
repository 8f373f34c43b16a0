//! A scenario's series over time: the p99 of each second, on a logarithmic scale.

use super::style::{COLOURS, Decades, FAINT, GREY, INK, image, text};
use crate::report::results::Entry;
use plotters::prelude::*;

const SIZE: (u32, u32) = (860, 380);

pub(super) fn draw(entry: &Entry) -> anyhow::Result<String> {
    let series = &entry.outcome.series;
    let points = || series.iter().flat_map(|one| one.points.iter().copied());
    let axis = Decades::around(points().map(|(_, value)| value));
    let end = points().map(|(at, _)| at).fold(1.0, f64::max);
    let colours = || COLOURS.into_iter().cycle();
    let legend: Vec<(&str, RGBColor)> = series.iter().map(|one| one.name.as_str()).zip(colours()).collect();
    image(SIZE, &format!("{}: p99 of each second", entry.scenario), &legend, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_left(16)
            .margin_right(24)
            .margin_top(8)
            .x_label_area_size(50)
            .y_label_area_size(64)
            .build_cartesian_2d(0.0..end, axis.axis())?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(FAINT)
            .light_line_style(TRANSPARENT)
            .axis_style(FAINT)
            .label_style(text(15, INK))
            .axis_desc_style(text(15, GREY))
            .x_label_formatter(&|at| format!("{at}"))
            .y_label_formatter(&|value| format!("{value}"))
            .x_desc("time in s")
            .y_desc("p99 latency in ms, logarithmic")
            .draw()?;
        for (one, colour) in series.iter().zip(colours()) {
            let line = one.points.iter().map(|(at, value)| (*at, axis.clamp(*value)));
            chart.draw_series(LineSeries::new(line, colour.stroke_width(2)))?;
        }
        Ok(())
    })
}
