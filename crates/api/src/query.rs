//! Query parameters: each read by name, each fault named.

use crate::problem::Problem;
use axum::extract::FromRequestParts;
use http::request::Parts;
use model::Timestamp;
use std::{borrow::Cow, convert::Infallible, ops::RangeInclusive};
use storage::Page;

/// The parameters as they came.
pub(crate) struct Query {
    path: String,
    pairs: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let path = parts.extensions.get::<axum::extract::OriginalUri>().map_or(parts.uri.path(), |uri| uri.path());
        Ok(Self { path: path.to_owned(), pairs: pairs.into_owned().collect() })
    }
}

impl Query {
    /// An empty value counts as absent, as an unfilled form sends it.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    pub(crate) fn number(&self, name: &str, range: RangeInclusive<u32>, default: u32) -> Result<u32, Problem> {
        let Some(text) = self.text(name) else { return Ok(default) };
        match text.parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => {
                Err(Problem::invalid(name, format!("must be a whole number from {} to {}", range.start(), range.end())))
            }
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.text(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("true" | "1" | "yes" | "on") => Ok(Some(true)),
            Some("false" | "0" | "no" | "off") => Ok(Some(false)),
            Some(_) => Err(Problem::invalid(name, "must be true or false")),
        }
    }

    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        let read = |text| Timestamp::parse(text).map_err(|fault| Problem::invalid(name, fault.to_string()));
        // A plus sign that was not escaped arrives as a space.
        self.text(name).map(|text| text.replace(' ', "+")).as_deref().map(read).transpose()
    }

    pub(crate) fn id<T, E>(&self, name: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<Option<T>, Problem> {
        self.text(name).map(|text| parse(text).map_err(|_| Problem::invalid(name, "is not a valid id"))).transpose()
    }

    /// `limit`, `offset` and `cursor`.
    pub(crate) fn page<T, E>(
        &self,
        most: u32,
        default: u32,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Page<T>, Problem> {
        Ok(Page {
            limit: self.number("limit", 1..=most, default)?,
            offset: self.number("offset", 0..=u32::MAX / 2, 0)?,
            below: self.id("cursor", parse)?,
        })
    }

    /// The `Link` to the next page, when there may be one: the same query from after the last row on.
    pub(crate) fn next_link<T>(&self, page: &Page<T>, rows: usize, last: Option<String>) -> Option<String> {
        let last = last.filter(|_| rows == page.limit as usize)?;
        let kept = self.pairs.iter().filter(|(key, _)| key != "cursor" && key != "offset");
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (key, value) in kept {
            query.append_pair(key, value);
        }
        query.append_pair("cursor", &last);
        let target: Cow<'_, str> = self.path.as_str().into();
        Some(format!("<{target}?{}>; rel=\"next\"", query.finish()))
    }
}
