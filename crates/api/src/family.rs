//! The API families and their differences beside the endpoints: the status of a client error, and the treatment of
//! unknown fields and query parameters, which are refused or only named in the response's `warnings`.

use http::StatusCode;

/// A group of endpoints with the same error statuses and the same treatment of unknown fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Postrider's own API: an invalid field is 422, malformed JSON is 400, unknown fields are refused.
    Core,
    /// The platform API: both are 422; unknown fields become warnings, since its clients send extra ones.
    Platform,
    /// The tenant API: both are 400; unknown fields become warnings.
    Tenant,
}

impl Family {
    pub(crate) fn of(path: &str) -> Self {
        let below =
            |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if below("/api/v1/webhooks") {
            Self::Platform
        } else if below("/api/v1/tenant/webhooks") {
            Self::Tenant
        } else {
            Self::Core
        }
    }

    /// Maps the status of a client error to the one that this family uses.
    pub(crate) fn status(self, status: StatusCode, code: &str) -> StatusCode {
        match (self, status) {
            (Self::Platform, StatusCode::BAD_REQUEST) if code == "malformed_json" => StatusCode::UNPROCESSABLE_ENTITY,
            (Self::Tenant, StatusCode::UNPROCESSABLE_ENTITY) => StatusCode::BAD_REQUEST,
            _ => status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_one_family() {
        let rows = [
            ("/api/v1/events", Family::Core),
            ("/api/v1/webhooks", Family::Platform),
            ("/api/v1/webhooks/subscriptions", Family::Platform),
            ("/api/v1/webhookers", Family::Core),
            ("/api/v1/tenant/webhooks/deliveries", Family::Tenant),
            ("/api/v1/tenants", Family::Core),
            ("/healthz", Family::Core),
        ];
        for (path, family) in rows {
            assert_eq!(Family::of(path), family, "{path}");
        }
    }
}
