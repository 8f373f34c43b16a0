//! One panel.

use super::source::{Kind, Panel, Query};
use anyhow::{bail, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Identity and position of a panel.
pub(super) struct Place {
    pub(super) id: usize,
    pub(super) x: u32,
    pub(super) y: u32,
}

/// The data source that the reader has chosen.
pub(super) fn datasource() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

pub(super) fn generate(panel: &Panel, at: Place, selectors: &BTreeMap<String, String>) -> anyhow::Result<Value> {
    let mut made = json!({
        "id": at.id,
        "title": panel.title,
        "description": panel.description,
        "gridPos": { "h": panel.kind.height(), "w": panel.width, "x": at.x, "y": at.y },
    });
    let map = made.as_object_mut().expect("an object");
    if panel.kind == Kind::Text {
        ensure!(!panel.markdown.is_empty(), "a text needs markdown");
        map.insert("type".into(), json!("text"));
        map.insert("options".into(), json!({ "mode": "markdown", "content": panel.markdown }));
        return Ok(made);
    }
    ensure!(!panel.description.is_empty(), "a panel needs a description");
    ensure!(!panel.unit.is_empty(), "a panel needs a unit");
    ensure!(!panel.query.is_empty(), "a panel needs a query");
    let targets: Result<Vec<Value>, _> =
        ('A'..).zip(&panel.query).map(|(id, query)| target(panel.kind, id, query, selectors)).collect();
    map.insert("datasource".into(), datasource());
    map.insert("targets".into(), json!(targets?));
    let (name, options, custom) = view(panel);
    map.insert("type".into(), json!(name));
    map.insert("options".into(), options);
    map.insert("fieldConfig".into(), json!({ "defaults": defaults(panel, &custom), "overrides": overrides(panel) }));
    if panel.kind == Kind::Table {
        map.insert("transformations".into(), columns(panel));
    }
    Ok(made)
}

fn target(kind: Kind, id: char, query: &Query, selectors: &BTreeMap<String, String>) -> anyhow::Result<Value> {
    ensure!(!query.legend.is_empty(), "a query needs a legend");
    let instant = matches!(kind, Kind::Table);
    let format = match kind {
        Kind::Table => "table",
        Kind::Heatmap => "heatmap",
        _ => "time_series",
    };
    Ok(json!({
        "refId": id, "datasource": datasource(), "editorMode": "code", "expr": expression(&query.expr, selectors)?,
        "legendFormat": query.legend, "format": format, "instant": instant, "range": !instant,
    }))
}

/// The query with its selectors.
fn expression(text: &str, selectors: &BTreeMap<String, String>) -> anyhow::Result<String> {
    let mut made = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, matchers) in selectors {
        made = made.replace(&format!("<{name}>"), matchers);
    }
    if let Some((_, rest)) = made.split_once("{<") {
        bail!("no selector is named {}", rest.split('>').next().unwrap_or(rest));
    }
    Ok(made)
}

/// Type, options, and settings of its fields.
fn view(panel: &Panel) -> (&'static str, Value, Value) {
    match panel.kind {
        Kind::Text => unreachable!("a text has no fields"),
        Kind::Stat => {
            let options = json!({
                "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
                "colorMode": "value", "graphMode": "area", "justifyMode": "auto", "orientation": "auto",
                "textMode": if panel.query.len() > 1 { "value_and_name" } else { "value" }, "wideLayout": true,
            });
            ("stat", options, json!({}))
        }
        Kind::Timeseries | Kind::Stacked => {
            let stacked = panel.kind == Kind::Stacked;
            let options = json!({
                "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": [] },
                "tooltip": { "mode": "multi", "sort": "desc" },
            });
            let custom = json!({
                "drawStyle": "line", "lineWidth": 1, "fillOpacity": if stacked { 40 } else { 8 },
                "showPoints": "auto", "spanNulls": false,
                "stacking": { "group": "A", "mode": if stacked { "normal" } else { "none" } },
                "thresholdsStyle": { "mode": if panel.steps.is_empty() { "off" } else { "dashed" } },
            });
            ("timeseries", options, custom)
        }
        Kind::Table => ("table", json!({ "showHeader": true, "cellHeight": "sm" }), json!({ "align": "auto" })),
        Kind::Heatmap => {
            let options = json!({
                "calculate": false, "cellGap": 1, "filterValues": { "le": 1e-9 }, "legend": { "show": true },
                "color": { "mode": "scheme", "scheme": "Oranges", "scale": "exponential", "exponent": 0.5, "steps": 64 },
                "yAxis": { "axisPlacement": "left", "unit": panel.unit }, "tooltip": { "mode": "single" },
                "rowsFrame": { "layout": "auto" },
            });
            ("heatmap", options, json!({}))
        }
    }
}

fn defaults(panel: &Panel, custom: &Value) -> Value {
    let mut steps: Vec<Value> =
        panel.steps.iter().map(|(colour, from)| json!({ "color": colour, "value": from })).collect();
    match steps.first_mut() {
        Some(first) => first["value"] = Value::Null,
        None => steps.push(json!({ "color": "text", "value": null })),
    }
    let by_steps = panel.kind == Kind::Stat;
    let mut defaults = json!({
        "unit": panel.unit, "custom": custom, "min": 0,
        "color": { "mode": if by_steps { "thresholds" } else { "palette-classic" } },
        "thresholds": { "mode": "absolute", "steps": steps },
    });
    if let Some(max) = panel.max {
        defaults["max"] = json!(max);
    }
    defaults
}

/// Colours of series, and units of columns.
fn overrides(panel: &Panel) -> Vec<Value> {
    let of = |name: &str, id: &str, value: Value| {
        json!({
            "matcher": { "id": "byName", "options": name },
            "properties": [{ "id": id, "value": value }],
        })
    };
    let colours = panel.colours.iter();
    let colours = colours.map(|(name, colour)| of(name, "color", json!({ "mode": "fixed", "fixedColor": colour })));
    let units = panel.query.iter().filter_map(|query| Some(of(&query.legend, "unit", json!(query.unit.as_ref()?))));
    colours.chain(units).collect()
}

/// A row for each set of labels, a column for each query, without times.
fn columns(panel: &Panel) -> Value {
    let single = panel.query.len() == 1;
    let value = |id: char| if single { "Value".to_owned() } else { format!("Value #{id}") };
    let names: BTreeMap<String, &str> =
        ('A'..).zip(&panel.query).map(|(id, query)| (value(id), query.legend.as_str())).collect();
    json!([
        { "id": "merge", "options": {} },
        {
            "id": "organize",
            "options": { "excludeByName": { "Time": true, "__name__": true }, "renameByName": names },
        },
        { "id": "sortBy", "options": { "fields": {}, "sort": [{ "field": panel.query[0].legend, "desc": true }] } },
    ])
}
