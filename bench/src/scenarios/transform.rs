//! A subscription whose script changes each request, and one whose template does.

use crate::{
    context::Context,
    load::{
        Plan,
        template::{Template, event},
    },
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, CONNECTIONS, Rig, TYPE},
    server::{Server, TENANT},
};
use serde_json::{Value, json};

const SECONDS: f64 = 4.0;
const SCRIPT: &str = "export default function (webhook) {
    webhook.body = { text: `${webhook.type}: ${webhook.body.data.seq}`, id: webhook.id };
    return webhook;
}";

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let mut outcome = Outcome::of("64 connections, closed loop; each request formed by a script, or by a template");
    outcome.setting("connections", CONNECTIONS as f64);
    for (name, least, transformation) in
        [("template", 0.25, json!({ "template": "slack" })), ("script", 0.03, json!({ "script": SCRIPT }))]
    {
        let ratio = measure(context, &rig, transformation).await?;
        let figure = format!("{name}: throughput / relay");
        outcome.row(Row::new(&figure, "", ratio).goal(Target::at_least(least)));
    }
    Ok(outcome)
}

async fn measure(context: &Context, rig: &Rig<'_>, transformation: Value) -> anyhow::Result<f64> {
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    let path = format!("/{}", if transformation.get("script").is_some() { "script" } else { "template" });
    let fields = json!({ "url": rig.receiver.url(&path), "events": [TYPE], "transformation": transformation });
    server.subscribe_as(TENANT, &fields).await?;
    let target = server.target(TENANT, Template::one(&event(TYPE, "", BYTES)))?;
    let plan = Plan::closed(target, CONNECTIONS, context.seconds(SECONDS));
    let found = rig.sandwich(BYTES, plan, &path, 1).await?;
    server.stop().await?;
    Ok(found.ratio())
}
