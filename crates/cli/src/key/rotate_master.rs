//! `postrider key rotate-master`: begins the rotation and shows its progress.

use crate::{client::Server, output::line};
use anyhow::bail;
use http::Method;
use serde::Deserialize;
use std::time::Duration;

const PATH: &str = "/api/v1/master-key/rotation";
/// Interval of the questions for the progress.
const ASK: Duration = Duration::from_millis(500);
/// Questions after which the rotation is begun again: the node that worked on it may have stopped.
const AGAIN: u32 = 20;

#[derive(Deserialize)]
struct Progress {
    state: String,
    key: String,
    other_keys: Vec<String>,
    sealed: Vec<Sealed>,
    remaining: u64,
    problem: Option<String>,
}

#[derive(Deserialize)]
struct Sealed {
    values: u64,
}

pub(super) fn run(server: &Server) -> anyhow::Result<()> {
    let mut progress = ask(server, Method::POST)?;
    let first = progress.remaining;
    let mut shown = None;
    let mut asked = 0;
    while progress.state == "running" {
        if shown != Some(progress.remaining) {
            line!("{} values are left to seal with the key {}.", progress.remaining, progress.key);
            shown = Some(progress.remaining);
        }
        std::thread::sleep(ASK);
        asked += 1;
        let method = if asked % AGAIN == 0 { Method::POST } else { Method::GET };
        progress = ask(server, method)?;
    }
    if let Some(problem) = &progress.problem {
        bail!("the rotation cannot go on: {problem}; repair that row, and run this command again");
    }
    if progress.remaining > 0 {
        bail!(
            "{} values are sealed with other keys than {}, which only sealed what is new; make the new key \
             POSTRIDER_MASTER_KEY on every node, and run this command again",
            progress.remaining,
            progress.key
        );
    }
    let values: u64 = progress.sealed.iter().map(|one| one.values).sum();
    line!("All {values} values are sealed with the key {}; {first} of them were not before.", progress.key);
    if !progress.other_keys.is_empty() {
        line!(
            "The store needs no other key: remove POSTRIDER_OTHER_MASTER_KEYS ({}) and restart, on every node.",
            progress.other_keys.join(", ")
        );
    }
    Ok(())
}

fn ask(server: &Server, method: Method) -> anyhow::Result<Progress> {
    Ok(serde_json::from_value(server.call_as_operator(method, PATH, None)?)?)
}
