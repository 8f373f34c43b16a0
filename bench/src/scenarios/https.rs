//! An HTTPS receiver with keep-alive, compared with a plain one in the same minute.

use crate::{
    context::Context,
    load::{
        Plan,
        template::{Template, event},
    },
    receiver::Receiver,
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, CONNECTIONS, Measured, Rig, TYPE, ratio},
    server::{Server, TENANT},
};

const SECONDS: f64 = 4.0;
/// Two types, so that one server delivers to both receivers.
const PLAIN: &str = TYPE;
const SECURE: &str = "ticket.updated";

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let folder = context.folder()?;
    let certificate = folder.path().join("certificate.pem");
    let receiver = Receiver::start_with(context, Some(&certificate)).await?;
    let rig = Rig::with(context, receiver).await?;
    let trust = [("SSL_CERT_FILE", certificate.display().to_string())];
    let server = Server::start_with(context, folder.path(), &trust).await?;
    server.subscribe(TENANT, &rig.receiver.url("/plain"), PLAIN).await?;
    server.subscribe(TENANT, &rig.receiver.tls_url("/secure")?, SECURE).await?;
    let before = load(&rig, &server, PLAIN, "/plain").await?;
    let secure = load(&rig, &server, SECURE, "/secure").await?;
    let after = load(&rig, &server, PLAIN, "/plain").await?;
    server.stop().await?;

    let mut outcome = Outcome::of("64 connections, closed loop, 300-byte events");
    outcome.setting("connections", CONNECTIONS as f64);
    let share = ratio(secure.per_s, &[before.per_s, after.per_s]);
    outcome.row(Row::new("HTTPS / plain", "", share).goal(Target::at_least(0.5)));
    outcome.row(Row::new("deliveries over HTTPS", "/s", secure.per_s));
    outcome.row(Row::new("plain before", "/s", before.per_s));
    outcome.row(Row::new("plain after", "/s", after.per_s));
    outcome.latency("end to end over HTTPS", &secure.arrived.latency, &[]);
    Ok(outcome)
}

async fn load(rig: &Rig<'_>, server: &Server, event_type: &str, path: &str) -> anyhow::Result<Measured> {
    let target = server.target(TENANT, Template::one(&event(event_type, "", BYTES)))?;
    let plan = Plan::closed(target, CONNECTIONS, rig.context.seconds(SECONDS));
    rig.measure(plan, path, 1).await
}
