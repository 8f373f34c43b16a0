//! Plots as SVG.

mod bars;
mod latencies;
mod series;
mod style;

use super::results::Results;
use anyhow::Context;
use std::path::Path;

/// Draws all plots of the results.
pub(crate) fn all(folder: &Path, results: &Results) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    let mut plots =
        vec![("ratios.svg".to_owned(), bars::draw(results)), ("latencies.svg".to_owned(), latencies::draw(results))];
    for entry in results.scenarios.iter().filter(|entry| !entry.outcome.series.is_empty()) {
        plots.push((format!("{}.svg", entry.scenario), series::draw(entry)));
    }
    for (name, text) in plots {
        let file = folder.join(&name);
        let text = text.with_context(|| format!("failed to draw {name}"))?;
        std::fs::write(&file, text).with_context(|| format!("failed to write {}", file.display()))?;
    }
    Ok(())
}
