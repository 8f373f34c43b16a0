//! `PUT /api/v1/audit/report`.

use super::{Code, Digest, NAME, ReportLine};
use crate::{
    App,
    auth::Admin,
    body::{PUBLISH_MAX, Raw, parse},
    problem::{
        Problem,
        kinds::{NotOperator, TooLarge},
    },
    warnings::Warnings,
};
use axum::{Json, extract::State};
use model::Timestamp;
use serde::Deserialize;
use storage::Document;
use utoipa::ToSchema;

/// Maximum size of a report, in bytes.
const REPORT_MAX: usize = 10 * 1024 * 1024;
/// The supported `schema_version`.
const SCHEMA_VERSION: u32 = 1;

/// The report of a code audit. These fields are read; all fields are stored.
#[derive(Deserialize, ToSchema)]
#[schema(as = AuditReport)]
pub(crate) struct Report {
    #[schema(example = 1, minimum = 1, maximum = 1)]
    schema_version: u32,
    /// The commit that was audited.
    revision: Option<String>,
    #[schema(format = DateTime)]
    generated_at: String,
    /// Event types of the catalog.
    events: Vec<Defined>,
    /// Published event types that are not in the catalog.
    #[serde(default)]
    undefined: Vec<Undefined>,
}

/// An event type of the catalog.
#[derive(Deserialize, ToSchema)]
#[schema(as = AuditedEvent)]
struct Defined {
    event_type: String,
    state: Found,
}

/// State of the event type in the audited code.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuditedState)]
enum Found {
    Published,
    ParallelOnly,
    Dead,
    Missing,
}

/// A published event type that is not in the catalog.
#[derive(Deserialize, ToSchema)]
#[schema(as = UndefinedEvent)]
struct Undefined {
    event_type: String,
}

impl Report {
    fn digest(self) -> Result<Digest, Problem> {
        if self.schema_version != SCHEMA_VERSION {
            let found = self.schema_version;
            return Err(Problem::invalid("schema_version", format!("must be {SCHEMA_VERSION}, not {found}")));
        }
        Timestamp::parse(&self.generated_at).map_err(|fault| Problem::invalid("generated_at", fault.to_string()))?;
        let undefined = self.undefined.into_iter().map(|one| (one.event_type, Code::Undefined));
        let defined = self.events.into_iter().map(|one| {
            let code = match one.state {
                Found::Published => Code::Published,
                Found::ParallelOnly => Code::ParallelOnly,
                Found::Dead => Code::Dead,
                Found::Missing => Code::Missing,
            };
            (one.event_type, code)
        });
        let codes = undefined.chain(defined).collect();
        Ok(Digest { revision: self.revision, generated_at: self.generated_at, codes })
    }
}

/// Upload the report of a code audit
///
/// For the operator: the output of `postrider audit --format json`, at most 10 MiB. The report replaces the previous
/// one; from then on the coverage shows the state of each event type in the code.
#[utoipa::path(put, path = "/api/v1/audit/report", tag = "Audit", request_body = Report,
    responses((status = 200, body = ReportLine), NotOperator))]
pub(crate) async fn put(State(app): State<App>, _: Admin, body: Raw<PUBLISH_MAX>) -> Result<Json<ReportLine>, Problem> {
    if body.len() > REPORT_MAX {
        return Err(TooLarge::problem(format!("The report must have at most {REPORT_MAX} bytes")));
    }
    let digest = parse::<Report>(&body, &Warnings::default())?.digest()?;
    let put_at = app.clock.now();
    let text = serde_json::to_string(&digest).map_err(|fault| Problem::invalid("body", fault.to_string()))?;
    app.store.put_document(NAME, &Document { digest: text, body: body.bytes(), put_at }).await?;
    Ok(Json(digest.line(put_at).0))
}
