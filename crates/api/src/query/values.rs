//! The types of query parameters, each with its schema.

use super::{
    Query,
    parameters::{ParameterValue, read},
};
use crate::{
    problem::Problem,
    schemas::{
        AnyEventId, CodesText, EVENT_ID_MAX, EventTypeName, PART_MAX, PartText, PayloadPathText, PayloadValueText,
        SubscriptionText, TenantName, TimeText,
    },
};
use model::{EventType, PayloadPath, PayloadValue, SubscriptionId, TenantId, Timestamp, payload::BadPath};
use std::ops::RangeInclusive;
use utoipa::{
    PartialSchema,
    openapi::{
        RefOr,
        schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

/// Implements [`ParameterValue`] by the schema of a type, and a function of the parameter's name and value.
macro_rules! values {
    ($($type:ty: $schema:ty, $parse:expr;)*) => {
        $(impl ParameterValue for $type {
            fn schema() -> RefOr<Schema> {
                <$schema as PartialSchema>::schema()
            }

            fn parse(name: &str, text: &str) -> Result<Self, Problem> {
                let parse: fn(&str, &str) -> Result<Self, Problem> = $parse;
                parse(name, text)
            }
        })*
    };
}

/// An event type of subscriptions, which may be unknown.
pub(crate) struct SubscriptionType(pub(crate) String);

/// A substring filter.
pub(crate) struct Part(pub(crate) String);

/// The id of an event: the publisher's own or the generated one.
pub(crate) struct AnyEventIdText(pub(crate) String);

/// Response codes: a status such as `503`, a class such as `5xx`, or a range such as `500-504`.
pub(crate) struct ResponseCodes(pub(crate) RangeInclusive<u16>);

values! {
    bool: bool, flag;
    EventType: EventTypeName, |name, text| {
        Self::parse(text).map_err(|fault| Problem::invalid(name, fault.to_string()))
    };
    TenantId: TenantName, |name, text| Self::parse(text).map_err(|fault| Problem::invalid(name, fault.message));
    SubscriptionId: SubscriptionText, |name, text| {
        Self::parse(text).map_err(|_| Problem::invalid(name, "is not a valid id"))
    };
    Timestamp: TimeText, |name, text| {
        // A plus sign that was not escaped arrives as a space.
        Self::parse(&text.replace(' ', "+")).map_err(|fault| Problem::invalid(name, fault.to_string()))
    };
    SubscriptionType: String, |_, text| Ok(Self(text.to_owned()));
    Part: PartText, |name, text| {
        if text.chars().count() > PART_MAX || text.chars().any(char::is_control) {
            let message = format!("must have at most {PART_MAX} characters, none of them a control character");
            return Err(Problem::invalid(name, message));
        }
        Ok(Self(text.to_owned()))
    };
    AnyEventIdText: AnyEventId, |name, text| {
        if text.chars().count() > EVENT_ID_MAX {
            return Err(Problem::invalid(name, format!("must have at most {EVENT_ID_MAX} characters")));
        }
        Ok(Self(text.to_owned()))
    };
    PayloadPath: PayloadPathText, |name, text| {
        let is_line = !text.chars().any(char::is_control);
        let path = if is_line { Self::parse(text) } else { Err(BadPath::Syntax) };
        path.map_err(|fault| Problem::invalid(name, fault.to_string()))
    };
    PayloadValue: PayloadValueText, |name, text| {
        Self::parse(text).map_err(|fault| Problem::invalid(name, fault.to_string()))
    };
    ResponseCodes: CodesText, |name, text| {
        let message = "must be a status such as 503, a class such as 5xx, or a range such as 500-504";
        codes(text).map(Self).ok_or_else(|| Problem::invalid(name, message))
    };
}

/// A whole number of at most `MAX`.
#[derive(Clone, Copy)]
pub(crate) struct UpTo<const MAX: u32>(pub(crate) u32);

impl<const MAX: u32> ParameterValue for UpTo<MAX> {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(0))
            .maximum(Some(MAX));
        RefOr::T(object.build().into())
    }

    fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        let number = text.parse().ok().filter(|number| *number <= MAX).map(Self);
        number.ok_or_else(|| Problem::invalid(name, format!("must be a whole number from 0 to {MAX}")))
    }
}

impl Query {
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        read(self, &[name])
    }
}

/// Parses a boolean.
fn flag(name: &str, text: &str) -> Result<bool, Problem> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(Problem::invalid(name, "must be true or false")),
    }
}

fn codes(text: &str) -> Option<RangeInclusive<u16>> {
    let code = |text: &str| {
        let number = text.parse().ok().filter(|_| text.len() == 3 && text.bytes().all(|one| one.is_ascii_digit()));
        number.filter(|number| (100..=999).contains(number))
    };
    if let Some((first, last)) = text.split_once('-') {
        let (first, last) = (code(first)?, code(last)?);
        return (first <= last).then_some(first..=last);
    }
    match text.as_bytes() {
        [class @ b'1'..=b'9', b'x' | b'X', b'x' | b'X'] => {
            let first = u16::from(class - b'0') * 100;
            Some(first..=first + 99)
        }
        _ => code(text).map(|one| one..=one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_code_filter_is_a_status_a_class_or_a_range() {
        for (text, range) in [("503", 503..=503), ("5xx", 500..=599), ("4XX", 400..=499), ("500-504", 500..=504)] {
            assert_eq!(codes(text), Some(range), "{text}");
        }
        for bad in ["", "5", "50", "5000", "099", "xxx", "0xx", "5x", "500-", "504-500", "+50", "500-5xx", "é0"] {
            assert!(codes(bad).is_none(), "{bad}");
        }
    }
}
