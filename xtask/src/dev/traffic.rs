//! A little traffic: one subscription for all event types, and an event every two seconds, with the examples of the
//! catalog as payloads.

use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::{fs, path::PathBuf, thread, time::Duration};
use ureq::{Agent, Body, http::Response};

/// The subscription's signing secret. Fixed, so that the receiver of a later run verifies what an earlier run's
/// subscription sends.
pub(super) const SECRET: &str = "whsec_ZGV2ZWxvcG1lbnQtb25seS1ub3Qtc2VjcmV0LWF0LWFsbA==";

/// Between two events.
const PAUSE: Duration = Duration::from_secs(2);
/// While the server is not reachable.
const AGAIN: Duration = Duration::from_millis(200);
/// Failures in a row before one is printed: a restart causes a few.
const FAILURES: usize = 50;

const SUBSCRIPTIONS: &str = "/api/v1/webhooks/subscriptions";
/// Of the subscriptions that this command creates.
const DESCRIPTION: &str = "cargo xtask dev";

pub(super) struct Traffic {
    pub(super) server: String,
    pub(super) receiver: String,
    /// The server keeps its keys next to this file.
    pub(super) store: PathBuf,
}

impl Traffic {
    /// Publishes until the process ends. After a restart of the server it subscribes again if necessary.
    pub(super) fn run(&self) {
        let (mut failures, mut published) = (0, 0);
        loop {
            match self.publish_next(published) {
                Ok(()) => {
                    (failures, published) = (0, published + 1);
                    thread::sleep(PAUSE);
                }
                Err(fault) => {
                    failures += 1;
                    if failures == FAILURES {
                        println!("dev: no event can be published: {fault:#}");
                    }
                    thread::sleep(AGAIN);
                }
            }
        }
    }

    fn publish_next(&self, published: usize) -> anyhow::Result<()> {
        let api = Api::connect(self)?;
        api.subscribe(&self.receiver)?;
        let types = api.types_with_example()?;
        api.publish(types.iter().cycle().nth(published).context("no event type has an example")?)?;
        if published == 0 {
            self.show(&api.key);
        }
        Ok(())
    }

    fn show(&self, key: &str) {
        println!(
            "dev: ready; an event every {} s, and a restart after every change of a source file
  API        {server}
  Swagger UI {server}/docs
  Receiver   {receiver}
  Key        {key}
  Store      {store}
  Ctrl-C stops everything",
            PAUSE.as_secs(),
            server = self.server,
            receiver = self.receiver,
            store = self.store.display()
        );
    }
}

/// The server's API, with the key of the development tenant.
struct Api {
    agent: Agent,
    server: String,
    key: String,
}

impl Api {
    fn connect(traffic: &Traffic) -> anyhow::Result<Self> {
        let file = format!("{}.dev-key", traffic.store.display());
        let key = fs::read_to_string(&file).with_context(|| format!("failed to read {file}"))?;
        let agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(5)))
            .http_status_as_error(false)
            // A proxy of the environment does not lead to this machine.
            .proxy(None)
            .build()
            .new_agent();
        Ok(Self { agent, server: traffic.server.clone(), key: key.trim().to_owned() })
    }

    /// Subscribes the receiver to all event types, unless an earlier run has done so. Deletes subscriptions of earlier
    /// runs with another port.
    fn subscribe(&self, receiver: &str) -> anyhow::Result<()> {
        let known = self.get(SUBSCRIPTIONS)?;
        let ours = known.as_array().into_iter().flatten().filter(|one| one["description"] == DESCRIPTION);
        let (current, old): (Vec<&Value>, Vec<&Value>) = ours.partition(|one| one["url"] == receiver);
        for id in old.iter().filter_map(|one| one["id"].as_str()) {
            self.delete(&format!("{SUBSCRIPTIONS}/{id}"))?;
        }
        if !current.is_empty() {
            return Ok(());
        }
        let fields = json!({ "url": receiver, "events": ["*"], "secret": SECRET, "description": DESCRIPTION });
        self.post(SUBSCRIPTIONS, &fields)
    }

    /// Names of the event types that have an example payload.
    fn types_with_example(&self) -> anyhow::Result<Vec<String>> {
        let types = self.get("/api/v1/webhooks/events")?;
        let lines = types["events"].as_array().into_iter().flatten().filter(|line| line["has_example"] == true);
        Ok(lines.filter_map(|line| line["event_type"].as_str()).map(str::to_owned).collect())
    }

    fn publish(&self, name: &str) -> anyhow::Result<()> {
        let example = self.get(&format!("/api/v1/webhooks/events/{name}"))?["example"].take();
        self.post("/api/v1/events", &json!({ "type": name, "data": example }))
    }

    fn get(&self, path: &str) -> anyhow::Result<Value> {
        let request = self.agent.get(format!("{}{path}", self.server));
        let text = text(path, request.header("Authorization", self.bearer()).call())?;
        serde_json::from_str(&text).with_context(|| format!("{path} was not answered with JSON"))
    }

    fn post(&self, path: &str, body: &Value) -> anyhow::Result<()> {
        let request = self.agent.post(format!("{}{path}", self.server)).header("Content-Type", "application/json");
        text(path, request.header("Authorization", self.bearer()).send(body.to_string())).map(drop)
    }

    fn delete(&self, path: &str) -> anyhow::Result<()> {
        let request = self.agent.delete(format!("{}{path}", self.server));
        text(path, request.header("Authorization", self.bearer()).call()).map(drop)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.key)
    }
}

/// The body of a response with a success status.
fn text(path: &str, answer: Result<Response<Body>, ureq::Error>) -> anyhow::Result<String> {
    let mut answer = answer.with_context(|| format!("no answer to {path}"))?;
    let text = answer.body_mut().read_to_string()?;
    if !answer.status().is_success() {
        bail!("{path} was answered with {}: {text}", answer.status());
    }
    Ok(text)
}
