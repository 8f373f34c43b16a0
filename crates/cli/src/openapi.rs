//! `postrider openapi`: prints the OpenAPI document, from which the committed copy is generated.

use anyhow::Context;

pub(crate) fn run() -> anyhow::Result<()> {
    crate::output::line!("{}", api::openapi().to_pretty_json().context("failed to serialise the OpenAPI document")?);
    Ok(())
}
