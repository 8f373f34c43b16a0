//! Shorter forms for the most frequent errors.

use super::{
    Problem,
    kinds::{BadRequest, Internal, Invalid, IsKind, NoSuchPath, Unavailable},
};
use http::StatusCode;
use model::FieldErrors;
use storage::StorageError;

impl Problem {
    /// 422 with a single field at fault.
    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        FieldErrors::from(model::Invalid::new(field, message)).into()
    }

    /// The problem for an error that no handler made: a path that is not UTF-8, a missing file of Swagger UI.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::BAD_REQUEST => BadRequest::problem("The request is malformed"),
            StatusCode::NOT_FOUND => NoSuchPath::problem("Path not found"),
            _ => Self::with(status, "refused", "The request was refused".into(), Vec::new()),
        }
    }

    /// 500: a fault of the server.
    pub(crate) fn internal() -> Self {
        Internal::problem(Internal::KIND.detail)
    }

    /// 503: try again shortly.
    pub(crate) fn busy(detail: impl Into<String>) -> Self {
        Unavailable::problem(detail)
    }
}

impl From<FieldErrors> for Problem {
    fn from(fields: FieldErrors) -> Self {
        Invalid::problem(fields.to_string()).naming(fields)
    }
}

impl From<StorageError> for Problem {
    fn from(fault: StorageError) -> Self {
        match fault {
            StorageError::Unavailable(_) => {
                Self::busy("The store is not available now; try again shortly").because(&fault)
            }
            StorageError::Unsure(_) => Self::busy(
                "The store failed during the write; the change may have been made, so check before you repeat the call",
            )
            .because(&fault),
            // Every other fault of the store is a fault of the server, which no client can mend.
            _ => Self::internal().because(&fault),
        }
    }
}
