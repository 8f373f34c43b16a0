//! The variables of dashboards.

use super::panel::datasource;
use anyhow::bail;
use serde_json::{Value, json};

/// Whether a variable may have several values.
#[derive(PartialEq, Eq)]
enum Choice {
    One,
    SeveralOrAll,
}

/// The data source, and the variables with these names.
pub(super) fn list(names: &[String]) -> anyhow::Result<Vec<Value>> {
    let source = json!({
        "name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "hide": 0,
        "multi": false, "includeAll": false, "refresh": 1, "regex": "", "options": [], "skipUrlSync": false,
        "current": {},
    });
    let mut list = vec![source];
    for name in names {
        list.push(match name.as_str() {
            // A job is an installation; the figures of several ones do not add up.
            "job" => query(name, "Installation", "postrider_build_info, job", Choice::One),
            "instance" => query(name, "Node", "postrider_build_info{job=\"$job\"}, instance", Choice::SeveralOrAll),
            "tenant" => {
                query(name, "Tenant", "webhook_deliveries_total{job=\"$job\"}, tenant_id", Choice::SeveralOrAll)
            }
            "event" => {
                let values = "webhook_deliveries_total{job=\"$job\", tenant_id=~\"$tenant\"}, event";
                query(name, "Event type", values, Choice::SeveralOrAll)
            }
            other => bail!("no variable is named {other}"),
        });
    }
    Ok(list)
}

fn query(name: &str, label: &str, values: &str, choice: Choice) -> Value {
    let several = choice == Choice::SeveralOrAll;
    let query = format!("label_values({values})");
    let mut variable = json!({
        "name": name, "label": label, "type": "query", "datasource": datasource(), "definition": query,
        "query": { "query": query, "refId": format!("variable-{name}"), "qryType": 1 },
        "refresh": 2, "sort": 1, "regex": "", "hide": 0, "multi": several, "includeAll": several, "options": [],
        "skipUrlSync": false, "current": {},
    });
    if several {
        // Shorter than a list of all values.
        variable["allValue"] = json!(".*");
        variable["current"] = json!({ "selected": true, "text": ["All"], "value": ["$__all"] });
    }
    variable
}
