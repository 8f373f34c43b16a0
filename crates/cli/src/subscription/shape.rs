//! `postrider subscription shape` and `try`: which events a subscription gets and in what form, and trials of both.

use crate::publish::read_data;
use anyhow::{Context, ensure};
use serde_json::{Map, Value, json};

/// Which events a subscription gets, and the form of its requests.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Shape {
    /// A CEL expression over type, data, metadata and tenant, such as 'data.amount > 100'; `none` removes it
    #[arg(long, value_name = "CEL")]
    filter: Option<String>,
    /// Channels, separated by commas; `none` removes them
    #[arg(long, value_name = "CHANNELS")]
    channels: Option<String>,
    #[command(flatten)]
    form: Form,
    /// Several events in one request: the most of them, and milliseconds that one waits for others, such as 100,1000;
    /// `none` ends it
    #[arg(long, value_name = "EVENTS[,MS]")]
    batch: Option<String>,
    /// The body of a batch: json or ndjson
    #[arg(long, value_name = "FORMAT", requires = "batch")]
    batch_format: Option<String>,
    /// full: requests have the payload; reference: a signed URL of it
    #[arg(long, value_name = "FORM")]
    payload: Option<String>,
    /// Deliveries one after the other: `all`, or a path such as data.customer_id for those with the same value there; `none`
    /// ends it
    #[arg(long, value_name = "all|PATH")]
    ordered: Option<String>,
}

/// A transformation of requests.
#[derive(clap::Args)]
#[group(skip)]
struct Form {
    /// A file with JavaScript whose default export changes requests; - for standard input; `none` removes it
    #[arg(long, value_name = "FILE|-", conflicts_with = "template")]
    script: Option<String>,
    /// A template that ships with Postrider, such as slack or cloudevents; `none` removes it
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// An option of the template, such as routing_key=…
    #[arg(long = "option", value_name = "NAME=VALUE", requires = "template")]
    options: Vec<String>,
}

/// A trial, and the event on which it is made.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Try {
    /// A filter to try
    #[arg(long, value_name = "CEL", conflicts_with_all = ["script", "template"])]
    filter: Option<String>,
    #[command(flatten)]
    form: Form,
    /// A published event, by its id
    #[arg(long, value_name = "ID", conflicts_with_all = ["event_type", "data"])]
    event: Option<String>,
    /// An event type; its example is used without --data
    #[arg(long, value_name = "TYPE", required_unless_present = "event")]
    event_type: Option<String>,
    /// A JSON object, @FILE with one, or - for standard input
    #[arg(long, value_name = "JSON|@FILE|-")]
    data: Option<String>,
}

impl Shape {
    /// The change of the subscription.
    pub(super) fn change(&self) -> anyhow::Result<Value> {
        let mut change = Map::new();
        if let Some(filter) = &self.filter {
            change.insert("filter".into(), if filter == "none" { Value::Null } else { filter.as_str().into() });
        }
        if let Some(channels) = &self.channels {
            let all = || channels.split(',').map(str::trim).collect::<Vec<_>>();
            change.insert("channels".into(), if channels == "none" { Value::Null } else { all().into() });
        }
        if let Some(transformation) = self.form.transformation()? {
            change.insert("transformation".into(), transformation);
        }
        if let Some(batch) = &self.batch {
            change.insert("batching".into(), batching(batch, self.batch_format.as_deref())?);
        }
        if let Some(payload) = &self.payload {
            change.insert("payload".into(), payload.as_str().into());
        }
        if let Some(ordered) = &self.ordered {
            let value = match ordered.as_str() {
                "none" => Value::Null,
                "all" => true.into(),
                path => path.into(),
            };
            change.insert("ordered".into(), value);
        }
        ensure!(!change.is_empty(), "give --filter, --channels, --script, --template, --batch, --payload or --ordered");
        Ok(change.into())
    }
}

impl Form {
    fn transformation(&self) -> anyhow::Result<Option<Value>> {
        Ok(match (self.script.as_deref(), self.template.as_deref()) {
            (Some("none"), _) | (_, Some("none")) => Some(Value::Null),
            (Some(file), _) => Some(json!({ "script": script(file)? })),
            (None, Some(name)) => {
                let option = |given: &String| {
                    let (name, value) =
                        given.split_once('=').with_context(|| format!("--option {given:?} has no ="))?;
                    Ok((name.to_owned(), Value::from(value)))
                };
                let options = self.options.iter().map(option).collect::<anyhow::Result<Map<_, _>>>()?;
                Some(json!({ "template": name, "options": options }))
            }
            (None, None) => None,
        })
    }
}

fn batching(given: &str, format: Option<&str>) -> anyhow::Result<Value> {
    if given == "none" {
        return Ok(Value::Null);
    }
    let (events, wait) = given.split_once(',').map_or((given, None), |(events, wait)| (events, Some(wait)));
    let number = |text: &str| {
        text.trim()
            .parse::<i64>()
            .with_context(|| format!("--batch {given:?} must be EVENTS or EVENTS,MS, such as 100,1000"))
    };
    let mut fields = Map::from_iter([("max_events".to_owned(), number(events)?.into())]);
    if let Some(wait) = wait {
        fields.insert("max_wait_ms".into(), number(wait)?.into());
    }
    fields.extend(format.map(|format| ("format".to_owned(), format.into())));
    Ok(fields.into())
}

fn script(file: &str) -> anyhow::Result<String> {
    let given = if file == "-" { file.to_owned() } else { format!("@{file}") };
    read_data("--script", &given)
}

impl Try {
    /// The endpoint and its body.
    pub(super) fn request(&self) -> anyhow::Result<(&'static str, Value)> {
        let mut event = Map::new();
        let data = self.data.as_deref().map(|given| read_data("--data", given)).transpose()?;
        let data =
            data.map(|text| serde_json::from_str::<Value>(&text).context("--data is not valid JSON")).transpose()?;
        let given = [("id", self.event.clone().map(Value::from)), ("type", self.event_type.clone().map(Value::from))];
        for (name, value) in given.into_iter().chain([("data", data)]) {
            event.extend(value.map(|value| (name.to_owned(), value)));
        }
        if let Some(filter) = &self.filter {
            return Ok(("filter-test", json!({ "filter": filter, "event": event })));
        }
        let transformation = self.form.transformation()?.filter(|given| !given.is_null());
        let transformation = transformation.context("give --filter, --script or --template")?;
        Ok(("transformation-test", json!({ "transformation": transformation, "event": event })))
    }
}
