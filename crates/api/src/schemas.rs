//! OpenAPI schemas of strings with a fixed syntax (patterns, closed lists) and of bounded numbers in queries.

use model::{
    PortalMode, Profile, ReplayState, Scope,
    channel::CHANNEL_MAX,
    credentials::{Authentication, ClientAuthentication},
    event::EventType,
    payload::{PATH_MAX, STEPS_MAX, VALUE_MAX},
    policy::{OnPause, health::HealthState},
    portal::{Capability, PortalState, Scheme},
    shape::{BatchFormat, Compression, HttpVersion, Method, PayloadForm},
};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{AnyOfBuilder, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

/// Declares marker types for `value_type`, which replace a plain string in the OpenAPI document.
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
    /// A channel of events.
    ChannelName as "Channel": |text| {
        text.min_length(Some(1)).max_length(Some(CHANNEL_MAX)).pattern(Some(r"^[A-Za-z0-9\-_.:]+$"))
    };
    CompressionName as "Compression": |text| text.enum_values(Some(Compression::ALL.map(Compression::name)));
    BatchFormatName as "BatchFormat": |text| text.enum_values(Some(BatchFormat::ALL.map(BatchFormat::name)));
    PayloadFormName as "PayloadForm": |text| text.enum_values(Some(PayloadForm::ALL.map(PayloadForm::name)));
    /// Versions of HTTP of requests to receivers.
    HttpVersionName as "HttpVersion": |text| text.enum_values(Some(HttpVersion::ALL.map(HttpVersion::name)));
    /// Owners of the addresses that requests come from.
    EgressSourceName as "EgressSource": |text| text.enum_values(Some(["tenant", "installation"]));
    AuthenticationName as "AuthenticationType": |text| text.enum_values(Some(Authentication::KINDS));
    ClientAuthenticationName as "ClientAuthentication": |text| {
        text.enum_values(Some(ClientAuthentication::ALL.map(ClientAuthentication::name)))
    };
    /// Kinds of generated signing secrets.
    SecretTypeName as "SecretType": |text| text.enum_values(Some(crate::webhooks::secrets::SecretType::NAMES));
    /// Methods of requests to receivers.
    MethodName as "RequestMethod": |text| text.enum_values(Some(Method::ALL.map(Method::name)));
    /// Templates of requests.
    TemplateName as "Template": |text| text.enum_values(Some(transform::templates::Template::ALL.map(transform::templates::Template::name)));
    /// The publisher's own id of an event.
    GivenId as "OwnEventId": |text| text.min_length(Some(1)).max_length(Some(200)).pattern(Some(r"^[!-,\-/0-~]+$"));
    TenantName as "TenantId": |text| text.min_length(Some(1)).max_length(Some(100)).pattern(Some(r"^[A-Za-z0-9\-_.:]+$"));
    IdempotencyKey as "IdempotencyKey": |text| {
        text.min_length(Some(1)).max_length(Some(255)).pattern(Some("^[!-~]([ -~]*[!-~])?$"))
    };
    /// Event names of the tenant API, which converts them to lower case.
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
    /// A result of an attempt that is retried.
    ConditionName as "RetryCondition": |text| {
        text.pattern(Some("^([345]xx|3[0-9]{2}|4(0[0-9]|1[1-9]|[2-9][0-9])|5[0-9]{2}|connection|dns|timeout|tls|protocol|no_failures)$"))
    };
    HealthName as "HealthState": |text| text.enum_values(Some(HealthState::ALL.map(HealthState::name)));
    OnPauseName as "OnPause": |text| text.enum_values(Some(OnPause::ALL.map(OnPause::name)));
    ProfileName as "Profile": |text| text.enum_values(Some(Profile::ALL.map(Profile::name)));
    /// Delivery statuses of the platform API.
    StatusName as "DeliveryStatus": |text| text.enum_values(Some(["pending", "success", "failed", "retrying", "disabled"]));
    /// Delivery statuses of the tenant API.
    TenantStatusName as "TenantDeliveryStatus": |text| text.enum_values(Some(["PENDING", "SENDING", "DELIVERED", "FAILED"]));
    /// The same in a query, with `SENT`, the earlier name of `DELIVERED`.
    TenantStatusQuery as "TenantDeliveryStatusQuery": |text| {
        text.enum_values(Some(["PENDING", "SENDING", "DELIVERED", "SENT", "FAILED"]))
    };
    /// States of replayed deliveries; `missed` stands for events without a delivery.
    ReplayStatusName as "ReplayStatus": |text| {
        text.enum_values(Some(["failed", "exhausted", "cancelled", "disabled", "success", "retrying", "missed"]))
    };
    /// A length of time before now: minutes, hours or days.
    AgoText as "Ago": |text| text.pattern(Some("^[0-9]{1,7}[mhd]$"));
    /// Parts of a subscription in an event.
    ReachName as "Reach": |text| {
        text.enum_values(Some(["receives", "waits_for_activation", "not_subscribed", "other_channels", "filtered_out", "dropped", "disabled"]))
    };
    /// Sources of a setting's value; a later one has precedence.
    SettingSourceName as "SettingSource": |text| text.enum_values(Some(["default", "file", "environment", "flag"]));
    /// Orders of a list.
    OrderName as "ListOrder": |text| text.enum_values(Some(["newest", "oldest"]));
    /// Periods of a series of statistics.
    StepName as "StatsStep": |text| text.enum_values(Some(["hour", "day"]));
    /// Properties that divide the statistics of a tenant, a subscription, and all tenants.
    StatsByName as "StatsBy": |text| text.enum_values(Some(["subscription", "event_type"]));
    StatsOfOneByName as "StatsOfSubscriptionBy": |text| text.enum_values(Some(["event_type"]));
    StatsOfAllByName as "StatsOfAllBy": |text| text.enum_values(Some(["tenant"]));
    ReplayStateName as "ReplayState": |text| text.enum_values(Some(ReplayState::ALL.map(ReplayState::name)));
    /// States of waiting deliveries.
    WaitingStatusName as "WaitingStatus": |text| text.enum_values(Some(["pending", "retrying"]));
    ReplayName as "ReplayId": |text| id(text, "rpl");
    ReplayText as "ReplayIdOrUuid": |text| id_or_uuid(text, "rpl");
    SubscriptionName as "SubscriptionId": |text| id(text, "sub");
    DeliveryName as "DeliveryId": |text| id(text, "dlv");
    KeyName as "KeyId": |text| id(text, "key");
    /// Ids in requests, in either spelling: with a prefix or as a hyphenated UUID.
    SubscriptionText as "SubscriptionIdOrUuid": |text| id_or_uuid(text, "sub");
    DeliveryText as "DeliveryIdOrUuid": |text| id_or_uuid(text, "dlv");
    KeyText as "KeyIdOrUuid": |text| id_or_uuid(text, "key");
    PortalSessionName as "PortalSessionId": |text| id(text, "pts");
    PortalSessionText as "PortalSessionIdOrUuid": |text| id_or_uuid(text, "pts");
    PortalModeName as "PortalMode": |text| text.enum_values(Some(PortalMode::ALL.map(PortalMode::name)));
    PortalStateName as "PortalState": |text| text.enum_values(Some(PortalState::ALL.map(PortalState::name)));
    CapabilityName as "PortalCapability": |text| text.enum_values(Some(Capability::ALL.map(Capability::name)));
    SchemeName as "ColorScheme": |text| text.enum_values(Some(Scheme::ALL.map(Scheme::name)));
    ColorText as "Color": |text| text.pattern(Some("^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"));
    /// A cursor from the `Link` header.
    EventCursor as "EventCursor": |text| id_or_uuid(text, "evt");
    SubscriptionCursorOfAll as "SubscriptionCursor": |text| cursor_of_all(text, "sub");
    DeliveryCursorOfAll as "DeliveryCursor": |text| cursor_of_all(text, "dlv");
    EventCursorOfAll as "EventCursorOfAll": |text| cursor_of_all(text, "evt");
    /// An event id: the publisher's own or the generated one.
    AnyEventId as "AnyEventId": |text| text.min_length(Some(1)).max_length(Some(EVENT_ID_MAX));
    TimeText as "Time": |text| text.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    /// A substring of a URL or an error.
    PartText as "Part": |text| {
        text.min_length(Some(1)).max_length(Some(PART_MAX)).pattern(Some(ONE_LINE))
    };
    /// The path of a value within an event's `data` or `metadata`.
    PayloadPathText as "PayloadPath": |text| text.max_length(Some(PATH_MAX)).pattern(Some(path_pattern(r"|\*")));
    /// The path of one value within an event's `data` or `metadata`.
    KeyPathText as "KeyPath": |text| text.max_length(Some(PATH_MAX)).pattern(Some(path_pattern("")));
    /// A JSON string, number, boolean or null; a string needs quotes only where it would be another value.
    PayloadValueText as "PayloadValue": |text| {
        text.min_length(Some(1)).max_length(Some(VALUE_MAX)).pattern(Some(r"^[^\s\[{\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"))
    };
    /// A response status, a class of them (`5xx`) or a range.
    CodesText as "ResponseCodes": |text| {
        text.pattern(Some("^([1-9][0-9][0-9]|[1-9][xX][xX]|[1-9][0-9][0-9]-[1-9][0-9][0-9])$"))
    };
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

/// Maximum length of a publisher's own event id, in characters.
pub(crate) const EVENT_ID_MAX: usize = 200;
/// Maximum length of a substring filter, in characters.
pub(crate) const PART_MAX: usize = 500;

/// A number in a query with its bounds, shared by the OpenAPI document and the server.
pub(crate) trait Number: PartialSchema {
    const NAME: &'static str;
    const MIN: u32;
    const MAX: u32;
    const DEFAULT: u32;
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident: $shown:literal from $min:literal to $max:expr, or $default:literal;)*) => {
        $($(#[$doc])* pub(crate) enum $name {}

        impl Number for $name {
            const NAME: &'static str = $shown;
            const MIN: u32 = $min;
            const MAX: u32 = $max;
            const DEFAULT: u32 = $default;
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let object = ObjectBuilder::new()
                    .schema_type(Type::Integer)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
                    .minimum(Some(Self::MIN))
                    .maximum(Some(Self::MAX))
                    .default(Some(Self::DEFAULT.into()));
                RefOr::T(object.build().into())
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        })*
    };
}

numbers! {
    /// Rows of a page of events or deliveries.
    Limit200: "limit" from 1 to 200, or 50;
    /// Rows of a page of subscriptions or tenants.
    Limit500: "limit" from 1 to 500, or 100;
    /// Rows of a page of the short form.
    LimitShort: "limit" from 1 to 500, or 500;
    /// Rows of a page of the tenant API's subscriptions.
    Limit1000: "limit" from 1 to 1_000, or 1_000;
    Offset: "offset" from 0 to u32::MAX / 2, or 0;
    Days: "days" from 1 to 365, or 30;
}

fn id_or_uuid(text: ObjectBuilder, prefix: &str) -> ObjectBuilder {
    text.pattern(Some(format!("^({})$", either(prefix))))
}

fn cursor_of_all(text: ObjectBuilder, prefix: &str) -> ObjectBuilder {
    text.pattern(Some(format!(r"^({})(~[A-Za-z0-9\-_.:]{{1,100}})?$", either(prefix))))
}

/// The pattern of both spellings of an id.
fn either(prefix: &str) -> String {
    let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    format!("{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}|{uuid}")
}

fn id(text: ObjectBuilder, prefix: &str) -> ObjectBuilder {
    text.pattern(Some(format!("^{prefix}_[0-9a-hjkmnp-tv-z]{{26}}$")))
}
/// The pattern of paths whose steps in brackets are numbers, quoted names, or `others`.
fn path_pattern(others: &str) -> String {
    let name = r#"[^.\[\]"'*\x00-\x1f\x7f-\x9f]+"#;
    let quoted = r#""[^"\x00-\x1f\x7f-\x9f]*"|'[^'\x00-\x1f\x7f-\x9f]*'"#;
    let step = format!(r"(\.{name}|\[([0-9]{{1,9}}{others}|{quoted})\])");
    format!(r"^(\$\.)?(data|metadata){step}{{1,{STEPS_MAX}}}$")
}
