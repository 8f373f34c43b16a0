//! Query parameters, read by name; each fault names its parameter.

use crate::{
    problem::Problem,
    schemas::{EVENT_ID_MAX, Number, Offset, PART_MAX},
};
use axum::extract::FromRequestParts;
use http::request::Parts;
use model::{TenantId, Timestamp};
use std::{borrow::Cow, convert::Infallible, ops::RangeInclusive};
use storage::{Page, Place};

/// The path and the decoded query parameters of a request.
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
    /// The value of a parameter. An empty one counts as absent, since unfilled forms send it.
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

    /// A number within its documented bounds.
    pub(crate) fn bounded<N: Number>(&self) -> Result<u32, Problem> {
        self.number(N::NAME, N::MIN..=N::MAX, N::DEFAULT)
    }

    /// A substring filter.
    pub(crate) fn part(&self, name: &str) -> Result<Option<String>, Problem> {
        match self.text(name) {
            Some(text) if text.chars().count() > PART_MAX || text.chars().any(char::is_control) => {
                let message = format!("must have at most {PART_MAX} characters, none of them a control character");
                Err(Problem::invalid(name, message))
            }
            text => Ok(text.map(str::to_owned)),
        }
    }

    /// The `event_id` filter: the publisher's own id or the generated one.
    pub(crate) fn event_id(&self) -> Result<Option<&str>, Problem> {
        match self.text("event_id") {
            Some(text) if text.chars().count() > EVENT_ID_MAX => {
                Err(Problem::invalid("event_id", format!("must have at most {EVENT_ID_MAX} characters")))
            }
            text => Ok(text),
        }
    }

    /// `limit`, `offset` and `cursor` of one tenant's list.
    pub(crate) fn page<L: Number, T, E>(
        &self,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Page<Place<T>>, Problem> {
        self.paged::<L, _>(|text| parse(text).ok().map(Place::from))
    }

    /// The same for a list over all tenants, whose cursors may be `id~tenant`.
    pub(crate) fn page_of_all<L: Number, T, E>(
        &self,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Page<Place<T>>, Problem> {
        self.paged::<L, _>(|text| match text.split_once('~') {
            Some((id, tenant)) => Some(Place { id: parse(id).ok()?, tenant: Some(TenantId::parse(tenant).ok()?) }),
            None => parse(text).ok().map(Place::from),
        })
    }

    /// `limit`, `offset` and a `cursor` of any form.
    pub(crate) fn paged<L: Number, Cursor>(
        &self,
        parse: impl Fn(&str) -> Option<Cursor>,
    ) -> Result<Page<Cursor>, Problem> {
        Ok(Page {
            limit: self.bounded::<L>()?,
            offset: self.bounded::<Offset>()?,
            cursor: self.id("cursor", |text| parse(text).ok_or(()))?,
        })
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
