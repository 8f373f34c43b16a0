//! Colours, texts and axes that all plots share.

use plotters::{
    coord::{
        Shift,
        combinators::{LogCoord, WithKeyPoints},
        ranged1d::SegmentedCoord,
        types::RangedCoordusize,
    },
    prelude::*,
    style::{
        TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub(super) const INK: RGBColor = RGBColor(0x1f, 0x29, 0x33);
pub(super) const GREY: RGBColor = RGBColor(0x6b, 0x77, 0x85);
pub(super) const FAINT: RGBColor = RGBColor(0xd9, 0xde, 0xe4);
/// Colours that are also distinguishable with colour blindness.
pub(super) const COLOURS: [RGBColor; 6] = [
    RGBColor(0x2a, 0x6f, 0x97),
    RGBColor(0xd1, 0x49, 0x5b),
    RGBColor(0x3a, 0x7d, 0x44),
    RGBColor(0xb8, 0x86, 0x0b),
    RGBColor(0x6d, 0x4c, 0x9f),
    RGBColor(0x5f, 0x6c, 0x7b),
];

/// Height of the title's line.
const TITLE: i32 = 44;

/// A text of this size, left-aligned and centred on its line.
pub(super) fn text(size: i32, colour: RGBColor) -> TextStyle<'static> {
    ("system-ui, sans-serif", size).into_font().color(&colour).pos(Pos::new(HPos::Left, VPos::Center))
}

/// Draws an image with a title and a legend above the plot; `draw` gets the rest of the area.
pub(super) fn image(
    size: (u32, u32),
    title: &str,
    legend: &[(&str, RGBColor)],
    draw: impl FnOnce(&Area<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE)?;
        let (head, plot) = area.split_vertically(TITLE);
        head.draw(&Text::new(title.to_owned(), (16, TITLE / 2), text(20, INK)))?;
        let style = text(15, GREY);
        let mut right = size.0 as i32 - 16;
        for (name, colour) in legend.iter().rev() {
            right -= name.chars().count() as i32 * 8;
            head.draw(&Text::new((*name).to_owned(), (right, TITLE / 2), style.clone()))?;
            head.draw(&Circle::new((right - 10, TITLE / 2), 4, colour.filled()))?;
            right -= 32;
        }
        draw(&plot)?;
        area.present()?;
    }
    // plotters breaks the line before the end of a text, which renderers show as a space.
    Ok(svg.replace("\n</text>", "</text>"))
}

/// A logarithmic axis of whole decades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decades {
    low: i32,
    high: i32,
}

impl Decades {
    /// The decades that contain all positive values.
    pub(super) fn around(values: impl Iterator<Item = f64>) -> Self {
        let logs: Vec<f64> = values.filter(|value| *value > 0.0).map(f64::log10).collect();
        if logs.is_empty() {
            return Self { low: 0, high: 1 };
        }
        let low = logs.iter().copied().fold(f64::INFINITY, f64::min).floor() as i32;
        let high = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max).ceil() as i32;
        Self { low, high: high.max(low + 1) }
    }

    /// The value, or the start of the axis for a smaller one.
    pub(super) fn clamp(self, value: f64) -> f64 {
        value.max(10f64.powi(self.low))
    }

    /// The beginning of each decade, and values between when there are few decades.
    fn ticks(self) -> Vec<f64> {
        let steps: &[f64] = if self.high - self.low > 2 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let ticks = (self.low..self.high).flat_map(|power| steps.iter().map(move |step| step * 10f64.powi(power)));
        ticks.chain([10f64.powi(self.high)]).collect()
    }

    pub(super) fn axis(self) -> WithKeyPoints<LogCoord<f64>> {
        (10f64.powi(self.low)..10f64.powi(self.high)).log_scale().with_key_points(self.ticks())
    }
}

/// A vertical axis of `count` lines, of which [`line`] is the first at the top.
pub(super) fn lines(count: usize) -> SegmentedCoord<RangedCoordusize> {
    // The range of a discrete axis includes its end.
    (0..count.saturating_sub(1)).into_segmented()
}

/// The position on [`lines`] of the lower end, the centre and the upper end of the line with this index.
pub(super) fn line(index: usize, count: usize) -> [SegmentValue<usize>; 3] {
    let at = count - 1 - index;
    let upper = if index == 0 { SegmentValue::Last } else { SegmentValue::Exact(at + 1) };
    [SegmentValue::Exact(at), SegmentValue::CenterOf(at), upper]
}

/// The label of a line.
pub(super) fn label(at: &SegmentValue<usize>, names: &[String]) -> String {
    match at {
        SegmentValue::CenterOf(at) if *at < names.len() => names[names.len() - 1 - at].clone(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_contain_all_values() {
        let axis = Decades::around([0.3, 40.0, 0.0].into_iter());
        assert_eq!(axis, Decades { low: -1, high: 2 });
        assert_eq!(axis.ticks(), [0.1, 1.0, 10.0, 100.0]);
        assert_eq!((axis.clamp(0.0), axis.clamp(3.0)), (0.1, 3.0));
        assert_eq!(Decades::around(std::iter::empty()), Decades { low: 0, high: 1 });
        assert_eq!(Decades::around([10.0].into_iter()).ticks(), [10.0, 20.0, 50.0, 100.0]);
    }

    #[test]
    fn the_first_line_is_at_the_top() {
        let names = ["a".to_owned(), "b".to_owned()];
        let [_, centre, upper] = line(0, 2);
        assert!(matches!(upper, SegmentValue::Last));
        assert_eq!(label(&centre, &names), "a");
        let [lower, centre, _] = line(1, 2);
        assert!(matches!(lower, SegmentValue::Exact(0)));
        assert_eq!(label(&centre, &names), "b");
    }

    #[test]
    fn titles_and_legends_are_escaped() {
        let svg = image((200, 100), "a < b", &[("<x>", INK)], |_| Ok(())).unwrap();
        assert!(svg.contains(">\na &lt; b</text>") && svg.contains(">\n&lt;x&gt;</text>"), "{svg}");
    }
}
