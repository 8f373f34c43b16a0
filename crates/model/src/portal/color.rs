//! Colours and the contrast between them (WCAG 2.2).

use serde::{Deserialize, Serialize};
use std::fmt;

/// An opaque sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color([u8; 3]);

/// The text is no colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a colour such as #1a73e8")]
pub struct BadColor;

/// Text in one colour on a ground of the other cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "has a contrast of {contrast:.2} to color, and text needs {}: leave it out to have it computed",
    Color::READABLE
)]
pub struct Unreadable {
    pub contrast: f64,
}

impl Color {
    pub const BLACK: Self = Self([0; 3]);
    pub const WHITE: Self = Self([255; 3]);
    /// Minimum contrast of text to its ground: WCAG 2.2, success criterion 1.4.3, level AA.
    pub const READABLE: f64 = 4.5;

    /// Parses `#rgb` or `#rrggbb`.
    pub fn parse(text: &str) -> Result<Self, BadColor> {
        let digits = text.strip_prefix('#').filter(|digits| digits.bytes().all(|c| c.is_ascii_hexdigit()));
        let digits = digits.ok_or(BadColor)?;
        let part = |from: usize, to: usize| u8::from_str_radix(&digits[from..to], 16).map_err(|_| BadColor);
        match digits.len() {
            3 => Ok(Self([part(0, 1)? * 17, part(1, 2)? * 17, part(2, 3)? * 17])),
            6 => Ok(Self([part(0, 2)?, part(2, 4)?, part(4, 6)?])),
            _ => Err(BadColor),
        }
    }

    /// Relative luminance, from 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Contrast ratio, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Black or white, whichever has the higher contrast; it is always readable.
    pub fn text_on(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// Checks that text in this colour can be read on `ground`.
    pub fn check_on(self, ground: Self) -> Result<(), Unreadable> {
        let contrast = self.contrast(ground);
        if contrast < Self::READABLE { Err(Unreadable { contrast }) } else { Ok(()) }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl TryFrom<String> for Color {
    type Error = BadColor;

    fn try_from(text: String) -> Result<Self, BadColor> {
        Self::parse(&text)
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn colours_are_parsed_in_two_forms_only() {
        assert_eq!(Color::parse("#1A73e8").unwrap().to_string(), "#1a73e8");
        assert_eq!(Color::parse("#fa0").unwrap().to_string(), "#ffaa00");
        for bad in ["", "#", "#12", "#1234", "#12345", "#1234567", "1a73e8", "red", "#gggggg", "#1a73é", "rgb(1,2,3)"]
        {
            assert_eq!(Color::parse(bad), Err(BadColor), "{bad}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let close = |one: f64, other: f64| (one - other).abs() < 0.01;
        assert!(close(Color::BLACK.contrast(Color::WHITE), 21.0));
        // Published values: #767676 is the lightest grey that is readable on white.
        assert!(close(Color::parse("#767676").unwrap().contrast(Color::WHITE), 4.54));
        assert!(Color::parse("#777777").unwrap().check_on(Color::WHITE).is_err());
        assert_eq!(Color::parse("#ffee00").unwrap().text_on(), Color::BLACK);
        assert_eq!(Color::parse("#1a237e").unwrap().text_on(), Color::WHITE);
    }

    proptest! {
        #[test]
        fn the_computed_text_colour_is_always_readable(parts: [u8; 3]) {
            let ground = Color(parts);
            prop_assert!(ground.text_on().check_on(ground).is_ok());
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in ".{0,9}") {
            let _ = Color::parse(&text);
        }
    }
}
