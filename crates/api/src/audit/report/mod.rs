//! The report of a code audit, as `postrider audit --format json` writes it (`docs/audit-report.schema.json`). It is kept
//! whole; what is asked of it with every look at the coverage is taken out when it comes.

pub(crate) mod get;
pub(crate) mod put;

use crate::{App, problem::Problem};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use storage::StorageError;
use utoipa::ToSchema;

/// The store's name for it.
const NAME: &str = "audit-report";

/// What the code says of an event type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    /// Published.
    Published,
    /// Emitted by a system of its own, but not published.
    ParallelOnly,
    /// Published by code that nothing calls.
    Dead,
    /// Published nowhere.
    Missing,
    /// Published, but in no catalog.
    Undefined,
}

/// A report in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReportLine {
    /// The commit that was audited.
    revision: Option<String>,
    #[schema(format = DateTime)]
    generated_at: String,
    #[schema(value_type = String, format = DateTime)]
    uploaded_at: Timestamp,
}

/// What is kept beside the report.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Digest {
    revision: Option<String>,
    generated_at: String,
    codes: BTreeMap<String, Code>,
}

impl Digest {
    fn line(self, uploaded_at: Timestamp) -> (ReportLine, BTreeMap<String, Code>) {
        (ReportLine { revision: self.revision, generated_at: self.generated_at, uploaded_at }, self.codes)
    }
}

/// The report in short, and what it says of each type.
pub(super) async fn digest(app: &App) -> Result<Option<(ReportLine, BTreeMap<String, Code>)>, Problem> {
    let Some((text, put_at)) = app.store.document_digest(NAME).await? else { return Ok(None) };
    let digest: Digest =
        serde_json::from_str(&text).map_err(|_| StorageError::corrupt("the digest of the audit's report"))?;
    Ok(Some(digest.line(put_at)))
}
