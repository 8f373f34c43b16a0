//! Grafana dashboards, generated from the short descriptions in `deploy/grafana/source/*.toml`.
//!
//! A description has rows of panels with title, unit, description and queries. Everything that is the same on all panels
//! (data source, grid, legend, colours) is added here. The result is the classic dashboard model, which file
//! provisioning of Grafana 10 and later reads.

mod panel;
mod source;
mod variables;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use source::Dashboard;
use std::{collections::BTreeMap, fs, path::Path};

/// Folder of the descriptions.
const SOURCES: &str = "deploy/grafana/source";
/// Folder of the generated dashboards.
const DASHBOARDS: &str = "deploy/grafana/dashboards";

/// The last version of the classic dashboard model.
const SCHEMA_VERSION: u8 = 42;
/// Width of a dashboard in units of its grid.
const COLUMNS: u32 = 24;

/// The generated files: path relative to the root, and contents.
pub(crate) fn files(root: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(root.join(SOURCES)).with_context(|| format!("failed to read {SOURCES}"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path)?;
        let dashboard = generate(&text).with_context(|| format!("{SOURCES}/{name}.toml"))?;
        let mut bytes = serde_json::to_vec_pretty(&dashboard)?;
        bytes.push(b'\n');
        files.insert(format!("{DASHBOARDS}/{name}.json"), bytes);
    }
    ensure!(!files.is_empty(), "{SOURCES} has no dashboard");
    Ok(files)
}

fn generate(text: &str) -> anyhow::Result<Value> {
    let dashboard: Dashboard = toml::from_str(text)?;
    let mut panels = Vec::new();
    let mut y = 0;
    for row in &dashboard.row {
        panels.push(json!({
            "id": panels.len() + 1, "type": "row", "title": row.title, "collapsed": false, "panels": [],
            "gridPos": { "h": 1, "w": COLUMNS, "x": 0, "y": y },
        }));
        y += 1;
        let (mut x, mut height) = (0, 0);
        for one in &row.panel {
            ensure!((1..=COLUMNS).contains(&one.width), "{}: a width of {} units", one.title, one.width);
            if x + one.width > COLUMNS {
                (x, y, height) = (0, y + height, 0);
            }
            let at = panel::Place { id: panels.len() + 1, x, y };
            let made = panel::generate(one, at, &dashboard.selectors).with_context(|| one.title.clone())?;
            panels.push(made);
            x += one.width;
            height = height.max(one.kind.height());
        }
        y += height;
    }
    Ok(json!({
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": ["postrider"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": true,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "30s",
        "time": { "from": dashboard.from, "to": "now" },
        "timepicker": {},
        "fiscalYearStartMonth": 0,
        "liveNow": false,
        "annotations": { "list": [] },
        "links": [{
            "type": "dashboards", "title": "Postrider", "tags": ["postrider"], "asDropdown": true, "icon": "external link",
            "includeVars": true, "keepTime": true, "targetBlank": false, "tooltip": "", "url": "",
        }],
        "templating": { "list": variables::list(&dashboard.variables)? },
        "panels": panels,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
uid = "a"
title = "A"
description = "About a."
variables = ["job", "tenant"]
[selectors]
node = 'job=~"$job"'
[[row]]
title = "First"
[[row.panel]]
title = "One"
kind = "stat"
width = 20
unit = "s"
description = "Says one."
query = [{ expr = 'max(a{<node>})', legend = "a" }]
[[row.panel]]
title = "Two"
kind = "timeseries"
width = 8
unit = "short"
description = "Says two."
query = [{ expr = 'b{<node>, c="d"}', legend = "{{c}}" }, { expr = "e", legend = "e" }]
"#;

    #[test]
    fn panels_that_do_not_fit_begin_a_new_line() {
        let made = generate(SOURCE).unwrap();
        let places: Vec<_> = made["panels"].as_array().unwrap().iter().map(|panel| &panel["gridPos"]).collect();
        assert_eq!(places[0], &json!({ "h": 1, "w": 24, "x": 0, "y": 0 }));
        assert_eq!(places[1], &json!({ "h": 4, "w": 20, "x": 0, "y": 1 }));
        assert_eq!(places[2], &json!({ "h": 8, "w": 8, "x": 0, "y": 5 }));
    }

    #[test]
    fn selectors_are_replaced_and_queries_get_letters() {
        let made = generate(SOURCE).unwrap();
        let targets = &made["panels"][2]["targets"];
        assert_eq!(targets[0]["expr"], r#"b{job=~"$job", c="d"}"#);
        assert_eq!((&targets[0]["refId"], &targets[1]["refId"]), (&json!("A"), &json!("B")));
    }

    #[test]
    fn faults_of_a_description_name_their_panel() {
        for (before, after, fault) in [
            ("<node>, c", "<nodes>, c", "Two: no selector is named nodes"),
            (r#""Says one.""#, r#""""#, "One: a panel needs a description"),
            (r#"legend = "a""#, r#"legend = """#, "One: a query needs a legend"),
            (r#"unit = "s""#, r#"unit = """#, "One: a panel needs a unit"),
            (r#""tenant"]"#, r#""tenants"]"#, "no variable is named tenants"),
            ("width = 20", "width = 25", "One: a width of 25 units"),
        ] {
            let text = SOURCE.replacen(before, after, 1);
            assert_ne!(text, SOURCE);
            assert_eq!(format!("{:#}", generate(&text).unwrap_err()), fault);
        }
    }
}
