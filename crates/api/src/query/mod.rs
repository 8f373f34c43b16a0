//! Query parameters, read by name; each fault names its parameter.

mod list;
pub(crate) mod parameters;
mod time;
mod values;

pub(crate) use list::{Cursor, InAll, InTenant, ListQuery};
pub(crate) use time::{Ago, OrderParameter, begin};
pub(crate) use values::{AnyEventIdText, Part, ResponseCodes, SubscriptionType, UpTo};

use crate::{problem::Problem, schemas::Number};
use axum::extract::FromRequestParts;
use http::request::Parts;
use std::{borrow::Cow, convert::Infallible, ops::RangeInclusive};

/// The path and the decoded query parameters of a request.
pub(crate) struct Query {
    path: String,
    pairs: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

impl Query {
    pub(crate) fn of(parts: &Parts) -> Self {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let path = parts.extensions.get::<axum::extract::OriginalUri>().map_or(parts.uri.path(), |uri| uri.path());
        Self { path: path.to_owned(), pairs: pairs.into_owned().collect() }
    }

    /// The value of a parameter. An empty one counts as absent, since unfilled forms send it.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str, range: RangeInclusive<u32>, default: u32) -> Result<u32, Problem> {
        let Some(text) = self.text(name) else { return Ok(default) };
        match text.parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => {
                Err(Problem::invalid(name, format!("must be a whole number from {} to {}", range.start(), range.end())))
            }
        }
    }

    /// A number within its documented bounds.
    pub(crate) fn bounded<N: Number>(&self) -> Result<u32, Problem> {
        self.number(N::NAME, N::MIN..=N::MAX, N::DEFAULT)
    }

    /// The `Link` to the next page: the same query, continued at `cursor`.
    pub(crate) fn next_link(&self, cursor: &str, offset: u32) -> String {
        // `count` is dropped, since the total is the same on every page.
        let kept = self.pairs.iter().filter(|(key, _)| !["cursor", "offset", "count"].contains(&key.as_str()));
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (key, value) in kept {
            query.append_pair(key, value);
        }
        query.append_pair("cursor", cursor);
        if offset > 0 {
            query.append_pair("offset", &offset.to_string());
        }
        let target: Cow<'_, str> = self.path.as_str().into();
        format!("<{target}?{}>; rel=\"next\"", query.finish())
    }
}
