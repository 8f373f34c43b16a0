//! Appearance of the portal: the customer's own name, logos, colours and language.

use super::{Color, WebUrl};
use serde::{Deserialize, Serialize};

/// Colour scheme of the portal; without one it follows the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    Light,
    Dark,
}

impl Scheme {
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name)
    }
}

/// Appearance in the form in which stores keep it, as one JSON object. Absent fields are the dashboard's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appearance {
    /// Name of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<WebUrl>,
    /// Logo on a dark ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_dark_url: Option<WebUrl>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favicon_url: Option<WebUrl>,
    /// Ground of buttons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Text on `color`; present exactly when `color` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_color: Option<Color>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// A language tag such as `es` or `pt-BR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

impl Appearance {
    /// Maximum length of the name, in characters.
    pub const NAME_MAX: usize = 100;

    /// Reads the form that stores keep.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The form that stores keep.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| unreachable!("an appearance is text"))
    }

    /// The images of the portal.
    pub fn images(&self) -> impl Iterator<Item = &WebUrl> {
        [&self.logo_url, &self.logo_dark_url, &self.favicon_url].into_iter().flatten()
    }
}

/// Checks the form of a language tag (RFC 5646, without its rare parts).
pub fn check_language(tag: &str) -> Result<(), &'static str> {
    let mut parts = tag.split('-');
    let is_language = |part: &str| (2..=3).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphabetic());
    let is_part = |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric());
    if tag.len() <= 35 && parts.next().is_some_and(is_language) && parts.all(is_part) {
        Ok(())
    } else {
        Err("must be a language tag such as en or pt-BR")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_appearance_is_read_back() {
        let url = |text| WebUrl::parse(text, false).ok();
        let whole = Appearance {
            name: Some("Acme \u{202e}".into()),
            logo_url: url("https://acme.example/a.svg"),
            logo_dark_url: url("https://acme.example/b.svg"),
            favicon_url: url("https://cdn.example/c.ico"),
            color: Color::parse("#1a73e8").ok(),
            text_color: Some(Color::WHITE),
            scheme: Some(Scheme::Dark),
            language: Some("es".into()),
        };
        assert_eq!(Appearance::parse(&whole.text()).unwrap(), whole);
        assert_eq!(Appearance::default().text(), "{}");
        for bad in ["", "null", r##"{"colour":"#fff"}"##, r#"{"color":"blue"}"#, r#"{"scheme":"dim"}"#] {
            assert!(Appearance::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(whole.images().count(), 3);
    }

    #[test]
    fn languages_are_tags() {
        for good in ["en", "es", "pt-BR", "zh-Hant-TW"] {
            assert!(check_language(good).is_ok(), "{good}");
        }
        for bad in ["", "e", "english", "en_US", "en-", "-en", "en-x", "<en>", "es-\u{e9}\u{e9}"] {
            assert!(check_language(bad).is_err(), "{bad}");
        }
    }
}
