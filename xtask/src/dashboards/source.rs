//! The form of the descriptions.

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dashboard {
    /// Part of the dashboard's URL, which must not change.
    pub(super) uid: String,
    pub(super) title: String,
    pub(super) description: String,
    /// The default range begins here, such as `now-6h`.
    #[serde(default = "six_hours")]
    pub(super) from: String,
    /// Names of the variables, in their order.
    pub(super) variables: Vec<String>,
    /// Label matchers that queries refer to as `<name>`.
    pub(super) selectors: BTreeMap<String, String>,
    pub(super) row: Vec<Row>,
}

fn six_hours() -> String {
    "now-6h".into()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) title: String,
    pub(super) panel: Vec<Panel>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A number.
    Stat,
    Timeseries,
    /// Areas on top of each other, whose sum has a meaning.
    Stacked,
    Table,
    /// The buckets of a histogram.
    Heatmap,
    /// Markdown.
    Text,
}

impl Kind {
    /// Height in units of the grid.
    pub(super) const fn height(self) -> u32 {
        match self {
            Self::Stat | Self::Text => 4,
            Self::Timeseries | Self::Stacked | Self::Table | Self::Heatmap => 8,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) kind: Kind,
    /// Width in units of the grid, which has 24.
    pub(super) width: u32,
    /// Grafana's id of the unit, such as `s`, `percentunit`, `bytes`, `ops`.
    #[serde(default)]
    pub(super) unit: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) max: Option<f64>,
    /// Colour from a value on, ascending. The first value does not count: its colour is that of all lower values.
    #[serde(default)]
    pub(super) steps: Vec<(String, f64)>,
    /// Colours of series by their legend.
    #[serde(default)]
    pub(super) colours: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) query: Vec<Query>,
    /// Of a text.
    #[serde(default)]
    pub(super) markdown: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    pub(super) expr: String,
    /// Name of the series with labels in braces; in a table, the name of the column.
    pub(super) legend: String,
    /// The unit of a table's column, if it is not that of the panel.
    #[serde(default)]
    pub(super) unit: Option<String>,
}
