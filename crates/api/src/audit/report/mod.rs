//! The report of a code audit, as `postrider audit --format json` writes it (`docs/audit-report.schema.json`). The
//! whole report is stored, with a digest of the fields that the coverage needs.

pub(crate) mod get;
pub(crate) mod put;

use crate::{App, problem::Problem};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use storage::StorageError;
use utoipa::ToSchema;

/// Name of the document in the store.
const NAME: &str = "audit-report";

/// State of an event type in the audited code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    /// Published.
    Published,
    /// Emitted by a parallel system, but not published.
    ParallelOnly,
    /// Published by code that nothing calls.
    Dead,
    /// Published nowhere.
    Missing,
    /// Published, but in no catalog.
    Undefined,
}

/// Summary of an audit report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReportLine {
    /// The commit that was audited.
    revision: Option<String>,
    #[schema(format = DateTime)]
    generated_at: String,
    #[schema(value_type = String, format = DateTime)]
    uploaded_at: Timestamp,
}

/// Digest that is stored beside the report.
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

/// The summary of the stored report, and the state of each event type in it.
pub(super) async fn digest(app: &App) -> Result<Option<(ReportLine, BTreeMap<String, Code>)>, Problem> {
    let Some((text, put_at)) = app.store.document_digest(NAME).await? else { return Ok(None) };
    let digest: Digest = serde_json::from_str(&text)
        .map_err(|fault| StorageError::corrupt("documents", format!("name = '{NAME}'"), format!("digest: {fault}")))?;
    Ok(Some(digest.line(put_at)))
}
