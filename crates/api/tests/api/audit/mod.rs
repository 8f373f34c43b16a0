//! `/api/v1/audit`: promised event types compared with published ones.

mod coverage;
mod report;

const COVERAGE: &str = "/api/v1/audit/coverage";
const REPORT: &str = "/api/v1/audit/report";
