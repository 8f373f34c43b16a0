//! The shapes of the plots.

use std::fmt::Write;

pub(super) const INK: &str = "#1f2933";
pub(super) const FAINT: &str = "#d9dee4";
pub(super) const GREY: &str = "#6b7785";
/// Colours that are also distinguishable with colour blindness.
pub(super) const COLOURS: [&str; 6] = ["#2a6f97", "#d1495b", "#3a7d44", "#b8860b", "#6d4c9f", "#5f6c7b"];

/// Alignment of a text.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// An SVG image under construction.
pub(super) struct Svg {
    width: f64,
    height: f64,
    body: String,
}

impl Svg {
    pub(super) fn new(width: f64, height: f64, title: &str) -> Self {
        let mut svg = Self { width, height, body: String::new() };
        svg.text(16.0, 26.0, Anchor::Start, 16.0, INK, title);
        svg
    }

    pub(super) fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str) {
        let width = width.max(0.0);
        self.shape(format!(r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" fill="{fill}"/>"#));
    }

    pub(super) fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), stroke: &str, width: f64) {
        self.shape(format!(
            r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" stroke="{stroke}" stroke-width="{width}"/>"#
        ));
    }

    pub(super) fn path(&mut self, points: &[(f64, f64)], stroke: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        self.shape(format!(
            r#"<polyline points="{}" fill="none" stroke="{stroke}" stroke-width="1.8" stroke-linejoin="round"/>"#,
            points.join(" ")
        ));
    }

    pub(super) fn dot(&mut self, (x, y): (f64, f64), radius: f64, fill: &str) {
        self.shape(format!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius}" fill="{fill}"/>"#));
    }

    pub(super) fn text(&mut self, x: f64, y: f64, anchor: Anchor, size: f64, fill: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escape(text);
        self.shape(format!(
            r#"<text x="{x:.1}" y="{y:.1}" font-size="{size}" text-anchor="{anchor}" fill="{fill}">{text}</text>"#
        ));
    }

    fn shape(&mut self, shape: String) {
        self.body.push_str(&shape);
        self.body.push('\n');
    }

    pub(super) fn finish(self) -> String {
        let Self { width, height, body } = self;
        let mut text = String::new();
        let _ = writeln!(
            text,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="system-ui, sans-serif">"#
        );
        let _ = writeln!(text, r##"<rect width="{width}" height="{height}" fill="#ffffff"/>"##);
        text.push_str(&body);
        text.push_str("</svg>\n");
        text
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A logarithmic axis of whole decades around a set of values.
pub(super) struct Decades {
    pub(super) low: i32,
    pub(super) high: i32,
}

impl Decades {
    pub(super) fn around(values: impl Iterator<Item = f64>) -> Self {
        let logs: Vec<f64> = values.filter(|value| *value > 0.0).map(f64::log10).collect();
        let low = logs.iter().copied().fold(f64::INFINITY, f64::min);
        let high = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if logs.is_empty() {
            return Self { low: 0, high: 1 };
        }
        let (low, high) = (low.floor() as i32, high.ceil() as i32);
        Self { low, high: high.max(low + 1) }
    }

    /// Position of a value between the two ends, 0 to 1.
    pub(super) fn at(&self, value: f64) -> f64 {
        let least = 10f64.powi(self.low);
        (value.max(least).log10() - f64::from(self.low)) / f64::from(self.high - self.low)
    }

    /// The beginning of each decade, with its label in milliseconds.
    pub(super) fn ticks(&self) -> impl Iterator<Item = (f64, String)> + '_ {
        (self.low..=self.high).map(|power| {
            let value = 10f64.powi(power);
            (self.at(value), if value >= 1000.0 { format!("{} s", value / 1e3) } else { format!("{value} ms") })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_contain_all_values() {
        let axis = Decades::around([0.3, 40.0, 0.0].into_iter());
        assert_eq!((axis.low, axis.high), (-1, 2));
        assert!((axis.at(0.1)).abs() < 1e-9 && (axis.at(100.0) - 1.0).abs() < 1e-9);
        assert!(axis.at(0.0).abs() < 1e-9);
        assert_eq!(axis.ticks().map(|(_, name)| name).collect::<Vec<_>>(), ["0.1 ms", "1 ms", "10 ms", "100 ms"]);
        assert_eq!(Decades::around(std::iter::empty()).high, 1);
    }

    #[test]
    fn text_is_escaped() {
        let mut svg = Svg::new(10.0, 10.0, "a < b & c");
        svg.text(0.0, 0.0, Anchor::End, 9.0, INK, "<x>");
        let text = svg.finish();
        assert!(text.contains("a &lt; b &amp; c") && text.contains("&lt;x&gt;"));
    }
}
