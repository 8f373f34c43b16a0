//! `/api/v1/audit`: what is promised against what happens.

mod coverage;
mod report;

const COVERAGE: &str = "/api/v1/audit/coverage";
const REPORT: &str = "/api/v1/audit/report";
