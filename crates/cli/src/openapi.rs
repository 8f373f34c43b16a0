//! `postrider openapi`: prints the OpenAPI document; how the committed copy is made.

use anyhow::Context;

pub(crate) fn run() -> anyhow::Result<()> {
    crate::output::line!("{}", api::openapi().to_pretty_json().context("the OpenAPI document cannot be written")?);
    Ok(())
}
