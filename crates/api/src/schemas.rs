//! Schemas of texts that have a form of their own, for the OpenAPI document: patterns and closed lists.

use model::{Profile, Scope, event::EventType};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{AnyOfBuilder, Object, ObjectBuilder, Schema, Type},
    },
};

/// A marker for `value_type`, in the place of a plain string.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident as $shown:literal: $build:expr;)*) => {
        $($(#[$doc])* pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let build: fn(ObjectBuilder) -> ObjectBuilder = $build;
                let object: Object = build(ObjectBuilder::new().schema_type(Type::String)).build();
                RefOr::T(object.into())
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                $shown.into()
            }
        })*
    };
}

texts! {
    EventTypeName as "EventType": |text| {
        text.min_length(Some(1))
            .max_length(Some(EventType::MAX))
            .pattern(Some(r"^[A-Za-z0-9_\-]+(\.[A-Za-z0-9_\-]+)*$"))
    };
    /// An event type, or a pattern of several.
    PatternName as "EventPattern": |text| {
        text.min_length(Some(1))
            .max_length(Some(EventType::MAX + 2))
            .pattern(Some(r"^(\*|[A-Za-z0-9_\-]+(\.[A-Za-z0-9_\-]+)*(\.\*)?)$"))
    };
    /// The publisher's own id of an event.
    GivenId as "OwnEventId": |text| text.min_length(Some(1)).max_length(Some(200)).pattern(Some(r"^[!-,\-/0-~]+$"));
    TenantName as "TenantId": |text| text.min_length(Some(1)).max_length(Some(100)).pattern(Some(r"^[A-Za-z0-9\-_.:]+$"));
    IdempotencyKey as "IdempotencyKey": |text| {
        text.min_length(Some(1)).max_length(Some(255)).pattern(Some("^[!-~]([ -~]*[!-~])?$"))
    };
    /// The tenant API's names of events: it lowers them.
    TenantEventName as "TenantEvent": |text| {
        text.min_length(Some(1))
            .max_length(Some(EventType::MAX))
            .pattern(Some(r"^[A-Za-z0-9_\-]+(\.[A-Za-z0-9_\-]+)*$"))
    };
    /// A name: one line, without control characters.
    KeyLabel as "KeyName": |text| text.max_length(Some(100)).pattern(Some(ONE_LINE));
    TenantLabel as "TenantName": |text| text.max_length(Some(200)).pattern(Some(ONE_LINE));
    PriorityName as "Priority": |text| text.enum_values(Some(["low", "normal", "high"]));
    ScopeName as "Scope": |text| text.enum_values(Some(Scope::ALL.map(Scope::name)));
    ProfileName as "Profile": |text| text.enum_values(Some(Profile::ALL.map(Profile::name)));
    /// The platform API's names of a delivery's states.
    StatusName as "DeliveryStatus": |text| text.enum_values(Some(["pending", "success", "failed", "retrying", "disabled"]));
    /// The tenant API's names of a delivery's states.
    TenantStatusName as "TenantDeliveryStatus": |text| text.enum_values(Some(["PENDING", "SENDING", "DELIVERED", "FAILED"]));
    SubscriptionName as "SubscriptionId": |text| id(text, "sub");
    DeliveryName as "DeliveryId": |text| id(text, "dlv");
    KeyName as "KeyId": |text| id(text, "key");
    Hyphenated as "HyphenatedId": |text| {
        text.pattern(Some("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"))
    };
}

/// A boolean, also as text or as 0 and 1, as [`crate::body::boolean`] reads it.
pub(crate) enum LaxBoolean {}

impl PartialSchema for LaxBoolean {
    fn schema() -> RefOr<Schema> {
        let boolean = ObjectBuilder::new().schema_type(Type::Boolean);
        let number = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([0, 1]));
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r"^\s*([Tt]([Rr][Uu][Ee])?|[Ff]([Aa][Ll][Ss][Ee])?|[01]|[Yy]([Ee][Ss])?|[Nn][Oo]?|[Oo][Nn]|[Oo][Ff][Ff])\s*$"));
        let null = ObjectBuilder::new().schema_type(Type::Null);
        RefOr::T(AnyOfBuilder::new().item(boolean).item(number).item(text).item(null).build().into())
    }
}

impl ToSchema for LaxBoolean {
    fn name() -> Cow<'static, str> {
        "LaxBoolean".into()
    }
}

const ONE_LINE: &str = r"^[^\x00-\x1f\x7f-\x9f]*$";

fn id(text: ObjectBuilder, prefix: &str) -> ObjectBuilder {
    text.pattern(Some(format!("^{prefix}_[0-9a-hjkmnp-tv-z]{{26}}$")))
}
