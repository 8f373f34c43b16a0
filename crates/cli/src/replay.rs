//! `postrider replay`: sends deliveries again, or sends events that a subscription has not received, over HTTP.

use crate::{
    client::{Server, escape, print},
    output,
};
use anyhow::bail;
use clap::Subcommand;
use http::Method;
use serde_json::{Map, Value, json};
use std::{thread, time::Duration};

/// Send deliveries again, or send events that a subscription has not received
///
/// Without --status and --missed-only: failed deliveries. The command shows the progress until everything is queued;
/// the server continues without it. Fresh deliveries go first.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    new: New,
}

#[derive(clap::Args)]
struct New {
    /// The subscription to which the deliveries go
    #[arg(long, value_name = "ID", required = true)]
    subscription: Option<String>,
    /// Only these event types or patterns; can be repeated
    #[arg(long = "event-type", value_name = "TYPE")]
    event_types: Vec<String>,
    /// Only events published at or after this time
    #[arg(long, value_name = "TIME")]
    after: Option<String>,
    /// Only events published before this time
    #[arg(long, value_name = "TIME")]
    before: Option<String>,
    /// failed, exhausted, cancelled, disabled, success, retrying or missed; can be repeated
    #[arg(long = "status", value_name = "STATUS")]
    statuses: Vec<String>,
    /// Only events without a delivery to the subscription
    #[arg(long, conflicts_with = "statuses")]
    missed_only: bool,
    /// Maximum number of deliveries per second
    #[arg(long, value_name = "N")]
    rate: Option<u32>,
    /// Only count what would be sent
    #[arg(long)]
    dry_run: bool,
    /// Do not wait for the end of the replay
    #[arg(long, conflicts_with = "dry_run")]
    detach: bool,
    #[command(flatten)]
    server: Server,
}

#[derive(Subcommand)]
enum Action {
    /// Show the progress of a replay, or list all replays
    Status {
        /// The replay; all replays when absent
        id: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Pause a replay: it queues nothing more until it is resumed
    Pause(One),
    /// Resume a paused replay
    Resume(One),
    /// Cancel a replay; what it has queued is sent
    Cancel(One),
}

#[derive(clap::Args)]
struct One {
    /// The replay
    id: String,
    #[command(flatten)]
    server: Server,
}

const PATH: &str = "/api/v1/webhooks/replays";

/// Interval of looking at the progress.
const LOOK: Duration = Duration::from_millis(500);

impl New {
    fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("subscription_id".into(), json!(self.subscription));
        let texts = [("after", &self.after), ("before", &self.before)];
        body.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?)))));
        let lists = [("event_types", &self.event_types), ("statuses", &self.statuses)];
        let given = lists.into_iter().filter(|(_, list)| !list.is_empty());
        body.extend(given.map(|(name, list)| (name.to_owned(), json!(list))));
        let flags = [("missed_only", self.missed_only), ("dry_run", self.dry_run)];
        body.extend(flags.into_iter().filter(|(_, flag)| *flag).map(|(name, _)| (name.to_owned(), json!(true))));
        body.extend(self.rate.map(|rate| ("rate".to_owned(), json!(rate))));
        Value::Object(body)
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let act = |One { id, server }: One, action: &str| {
        print(&server.call(Method::POST, &format!("{PATH}/{}/{action}", escape(&id)), None, &[])?);
        Ok(())
    };
    match args.action {
        None => begin(&args.new),
        Some(Action::Status { id: Some(id), server }) => {
            print(&server.call(Method::GET, &format!("{PATH}/{}", escape(&id)), None, &[])?);
            Ok(())
        }
        Some(Action::Status { id: None, server }) => {
            print(&server.call(Method::GET, &format!("{PATH}?limit=200"), None, &[])?);
            Ok(())
        }
        Some(Action::Pause(one)) => act(one, "pause"),
        Some(Action::Resume(one)) => act(one, "resume"),
        Some(Action::Cancel(one)) => act(one, "cancel"),
    }
}

fn begin(new: &New) -> anyhow::Result<()> {
    let made = new.server.call(Method::POST, PATH, Some(new.body().to_string()), &[])?;
    if new.dry_run || new.detach {
        print(&made);
        return Ok(());
    }
    let id = text(&made, "id");
    output::line!("{id}: {} to send", count(&made));
    let mut last = String::new();
    loop {
        let shown = new.server.call(Method::GET, &format!("{PATH}/{}", escape(id)), None, &[])?;
        let progress = format!("queued {} of {}, {} waiting", shown["queued"], count(&shown), shown["waiting"]);
        if progress != last {
            output::line!("{progress}");
            last = progress;
        }
        match (text(&shown, "state"), text(&shown, "reason")) {
            ("running", _) => thread::sleep(LOOK),
            ("completed", _) => {
                output::line!("completed: {} queued, {} skipped", shown["queued"], shown["skipped"]);
                return Ok(());
            }
            (state, "") => bail!("the replay is {state}"),
            (state, reason) => bail!("the replay is {state}: {reason}"),
        }
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// The number of selected deliveries.
fn count(replay: &Value) -> String {
    let capped = replay["count_is_lower_bound"] == true;
    format!("{}{}", if capped { "at least " } else { "" }, replay["count"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn parse(arguments: &[&str]) -> Result<Args, clap::Error> {
        Line::try_parse_from(["replay"].iter().chain(arguments)).map(|line| line.args)
    }

    #[test]
    fn a_new_replay_has_the_given_fields_only() {
        let body = |arguments: &[&str]| parse(arguments).unwrap().new.body();
        assert_eq!(body(&["--subscription", "sub_1"]), json!({"subscription_id": "sub_1"}));
        let all = body(&[
            "--subscription",
            "sub_1",
            "--event-type",
            "a.b",
            "--event-type",
            "c.*",
            "--after",
            "2026-01-01T00:00:00Z",
            "--before",
            "2026-01-02T00:00:00Z",
            "--missed-only",
            "--rate",
            "5",
            "--dry-run",
        ]);
        let expected = json!({"subscription_id": "sub_1", "event_types": ["a.b", "c.*"],
            "after": "2026-01-01T00:00:00Z", "before": "2026-01-02T00:00:00Z", "missed_only": true, "rate": 5,
            "dry_run": true});
        assert_eq!(all, expected);
        assert_eq!(body(&["--subscription", "x", "--status", "failed"])["statuses"], json!(["failed"]));
    }

    #[test]
    fn a_new_replay_needs_a_subscription_and_an_action_a_replay() {
        for bad in
            [&[][..], &["--dry-run"], &["pause"], &["--subscription", "x", "--status", "failed", "--missed-only"]]
        {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
        for good in [&["status"][..], &["status", "rpl_1"], &["cancel", "rpl_1"]] {
            assert!(parse(good).is_ok(), "{good:?}");
        }
    }
}
