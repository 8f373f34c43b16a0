//! The parameters that all lists share: `limit`, `offset`, `cursor`, `count`, and the list's own filters.

use super::{
    Query,
    parameters::{Parameters, parameter},
};
use crate::{
    pages::{Total, json, with_total},
    problem::Problem,
    room::Room,
    schemas::{
        DeliveryCursorOfAll, DeliveryText, EventCursor, EventCursorOfAll, Number, Offset, PortalSessionText,
        ReplayText, SubscriptionCursorOfAll, SubscriptionText, TenantName,
    },
};
use axum::{extract::FromRequestParts, response::Response};
use http::{HeaderValue, header, request::Parts};
use model::{DeliveryId, EventId, PortalSessionId, ReplayId, SubscriptionId, TenantId};
use serde::Serialize;
use std::{fmt::Display, marker::PhantomData};
use storage::{Counted, Listed, Page, Place, StorageError};
use utoipa::{
    IntoParams, PartialSchema,
    openapi::path::{Parameter, ParameterIn},
};

/// The parameters of a list: a page of at most `L` rows whose cursors are `C`, and the filters `F`. With a positive
/// `COUNT`, `count=true` asks for the number of rows, which is counted up to `COUNT`.
pub(crate) struct ListQuery<L, C: Cursor, F, const COUNT: u32> {
    query: Query,
    pub(crate) page: Page<Place<C::Id>>,
    pub(crate) filter: F,
    limit: PhantomData<L>,
}

/// An id by which lists are continued.
pub(crate) trait ListedId: Display + Send + Sized {
    /// Schema of cursors in a list of one tenant, and in a list over all tenants.
    type Schema: PartialSchema;
    type SchemaOfAll: PartialSchema;

    fn parse(text: &str) -> Option<Self>;
}

macro_rules! listed {
    ($($id:ty: $schema:ty, $of_all:ty;)*) => {
        $(impl ListedId for $id {
            type Schema = $schema;
            type SchemaOfAll = $of_all;

            fn parse(text: &str) -> Option<Self> {
                <$id>::parse(text).ok()
            }
        })*
    };
}

listed! {
    EventId: EventCursor, EventCursorOfAll;
    DeliveryId: DeliveryText, DeliveryCursorOfAll;
    ReplayId: ReplayText, ReplayText;
    PortalSessionId: PortalSessionText, PortalSessionText;
    SubscriptionId: SubscriptionText, SubscriptionCursorOfAll;
    TenantId: TenantName, TenantName;
}

/// The form of a list's cursors.
pub(crate) trait Cursor {
    type Id: ListedId;
    type Schema: PartialSchema;

    fn parse(text: &str) -> Option<Place<Self::Id>>;

    fn format(place: &Place<Self::Id>) -> String;
}

/// Cursors of a list of one tenant: ids.
pub(crate) struct InTenant<Id>(PhantomData<Id>);

impl<Id: ListedId> Cursor for InTenant<Id> {
    type Id = Id;
    type Schema = Id::Schema;

    fn parse(text: &str) -> Option<Place<Id>> {
        Id::parse(text).map(|id| Place { id, tenant: None })
    }

    fn format(place: &Place<Id>) -> String {
        place.id.to_string()
    }
}

/// Cursors of a list over all tenants: `id`, or `id~tenant`.
pub(crate) struct InAll<Id>(PhantomData<Id>);

impl<Id: ListedId> Cursor for InAll<Id> {
    type Id = Id;
    type Schema = Id::SchemaOfAll;

    fn parse(text: &str) -> Option<Place<Id>> {
        match text.split_once('~') {
            Some((id, tenant)) => Some(Place { id: Id::parse(id)?, tenant: Some(TenantId::parse(tenant).ok()?) }),
            None => Id::parse(text).map(|id| Place { id, tenant: None }),
        }
    }

    fn format(place: &Place<Id>) -> String {
        match &place.tenant {
            Some(tenant) => format!("{}~{tenant}", place.id),
            None => place.id.to_string(),
        }
    }
}

impl<L: Number, C: Cursor, F: Parameters, const COUNT: u32> ListQuery<L, C, F, COUNT> {
    fn read(query: Query) -> Result<Self, Problem> {
        let cursor = |text| C::parse(text).ok_or_else(|| Problem::invalid("cursor", "is not a valid id"));
        let page = Page {
            limit: query.bounded::<L>()?,
            offset: query.bounded::<Offset>()?,
            cursor: query.text("cursor").map(cursor).transpose()?,
        };
        Ok(Self { page, filter: F::read(&query)?, query, limit: PhantomData })
    }

    /// The link to the page after the one at this list's own cursor.
    #[cfg(feature = "fuzzing")]
    pub(crate) fn link(&self) -> Option<String> {
        self.page.cursor.as_ref().map(|place| self.query.next_link(&C::format(place), self.page.offset))
    }

    /// Counts the rows with `count`, up to `max`, when the query asks for it.
    pub(crate) async fn total<Id>(
        &self,
        max: u32,
        count: impl Future<Output = Result<Counted<Id>, StorageError>>,
    ) -> Result<Option<Total>, Problem> {
        if self.query.flag("count")? != Some(true) {
            return Ok(None);
        }
        let Counted { rows, next } = count.await?;
        Ok(Some(Total { rows, is_capped: next.is_some() || rows >= max }))
    }

    /// The total of a list that has no rows.
    pub(crate) fn total_of_nothing(&self) -> Result<Option<Total>, Problem> {
        Ok((self.query.flag("count")? == Some(true)).then_some(Total { rows: 0, is_capped: false }))
    }

    /// A JSON array of the rows, each converted by `show`, with a link to the next page and the total.
    pub(crate) fn answer<Row, Shown: Serialize>(
        &self,
        room: &Room,
        listed: Listed<Row, C::Id>,
        total: Option<Total>,
        show: impl Fn(&Row) -> Shown,
    ) -> Result<Response, Problem> {
        let link = listed.next.as_ref().map(|next| self.query.next_link(&C::format(&next.cursor), next.offset));
        let shown: Vec<Shown> = listed.rows.iter().map(show).collect();
        drop(listed);
        let mut response = json(room, &shown)?;
        if let Some(value) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
            response.headers_mut().insert(header::LINK, value);
        }
        Ok(with_total(response, total))
    }
}

impl<S: Send + Sync, L: Number, C: Cursor, F: Parameters, const COUNT: u32> FromRequestParts<S>
    for ListQuery<L, C, F, COUNT>
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::read(Query::of(parts))
    }
}

impl<L: Number, C: Cursor, F: Parameters, const COUNT: u32> IntoParams for ListQuery<L, C, F, COUNT> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = F::documented();
        all.push(parameter(L::NAME, L::schema(), ""));
        all.push(parameter(Offset::NAME, Offset::schema(), ""));
        all.push(parameter("cursor", C::Schema::schema(), "Cursor from the `Link` header"));
        if COUNT > 0 {
            let text = format!("Return the row count, up to {},000, in X-Total-Count", COUNT / 1_000);
            all.push(parameter("count", bool::schema(), &text));
        }
        all
    }
}
