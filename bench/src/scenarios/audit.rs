//! `postrider audit` on a generated tree of 2,000 Python files: 200 packages of ten files, about 150 lines and 10 kB
//! each.

use crate::{
    context::Context,
    proc::peak_rss_mib,
    report::outcome::{Outcome, Row, Target},
};
use anyhow::{Context as _, ensure};
use serde_json::Value;
use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const PACKAGES: u64 = 200;
const RUNS: usize = 5;
/// Number of methods and functions per file.
const PARTS: usize = 9;
const FILES: [&str; 10] =
    ["models", "service", "router", "repository", "events", "tasks", "schemas", "helpers", "errors", "commands"];

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let folder = context.folder()?;
    let packages = context.scaled(PACKAGES);
    let bytes = plant(folder.path(), packages)?;
    let files = packages * FILES.len() as u64 + 1;
    let mut took = Vec::new();
    let mut peak: f64 = 0.0;
    let mut published = 0;
    for _ in 0..RUNS {
        let (seconds, memory, report) = one(context, folder.path())?;
        ensure!(report["files"]["read"] == files, "{} files were read", report["files"]["read"]);
        // Each package publishes five of its six events; the helper of the sixth has no caller.
        published = report["summary"]["published"].as_u64().unwrap_or(0);
        ensure!(
            published == packages * 5 && report["summary"]["dead"] == packages,
            "the summary is {}",
            report["summary"]
        );
        took.push(seconds);
        peak = peak.max(memory);
    }
    took.sort_by(f64::total_cmp);
    let mut outcome =
        Outcome::of(format!("{files} Python files of {:.1} MB, {published} events found", bytes as f64 / 1e6));
    outcome.row(Row::new("from start to report, median of five", "s", took[RUNS / 2]).goal(Target::below(3.0)));
    outcome.row(Row::new("the slowest of five", "s", took[RUNS - 1]));
    outcome.row(Row::new("memory at its most (RSS)", "MiB", peak).goal(Target::below(1_024.0)));
    Ok(outcome)
}

fn one(context: &Context, tree: &Path) -> anyhow::Result<(f64, f64, Value)> {
    let output = tree.with_extension("json");
    let began = Instant::now();
    let mut child = Command::new(&context.server)
        .args(["audit", "--format", "json", "--output"])
        .args([&output, tree])
        .stdin(Stdio::null())
        .spawn()
        .context("failed to start the audit")?;
    let mut peak = 0.0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak = peak_rss_mib(child.id()).map_or(peak, |now| now.max(peak));
        std::thread::sleep(Duration::from_millis(2));
    };
    let seconds = began.elapsed().as_secs_f64();
    ensure!(status.success(), "the audit ended with {status}");
    let report = serde_json::from_str(&fs::read_to_string(&output)?)?;
    fs::remove_file(&output)?;
    Ok((seconds, peak, report))
}

/// Writes the tree; returns its size in bytes.
fn plant(folder: &Path, packages: u64) -> anyhow::Result<u64> {
    let mut bytes = 0;
    let mut catalog = String::from("from enum import Enum\n\n\nclass WebhookEvent(str, Enum):\n");
    for package in 0..packages {
        for (at, deed) in ["created", "updated", "deleted", "failed", "closed", "archived"].iter().enumerate() {
            let _ = writeln!(catalog, "    THING{package}_{at} = \"thing{package}.{deed}\"");
        }
        let home = folder.join(format!("app/thing{package}"));
        fs::create_dir_all(&home)?;
        for file in FILES {
            let text = source(package, file);
            bytes += text.len() as u64;
            fs::write(home.join(format!("{file}.py")), text)?;
        }
    }
    bytes += catalog.len() as u64;
    fs::write(folder.join("app/catalog.py"), catalog)?;
    Ok(bytes)
}

fn source(package: u64, file: &str) -> String {
    let mut text = format!(
        "\"\"\"The {file} of thing {package}.\"\"\"\nimport logging\nfrom datetime import datetime\n\nfrom app.bus import get_event_bus\nfrom app.catalog import WebhookEvent\n\
         from app.thing{package}.helpers import tell, tell_archived\n\nlogger = logging.getLogger(__name__)\nLIMIT = 100\n\n\n"
    );
    match file {
        "events" => text.push_str(&format!(
            "DEEDS = {{\"update\": WebhookEvent.THING{package}_1, \"delete\": WebhookEvent.THING{package}_2}}\n\n\n\
             async def changed(kind, item, tenant_id):\n    await get_event_bus().publish(event_type=DEEDS[kind], event_data={{\"id\": item.id}}, tenant_id=tenant_id)\n\n\n"
        )),
        "helpers" => text.push_str(&format!(
            "async def tell(event, item, tenant_id):\n    await get_event_bus().publish(event_type=event.value, event_data={{\"id\": item.id}}, tenant_id=tenant_id)\n\n\n\
             async def emit_archived(item, tenant_id):\n    await tell(WebhookEvent.THING{package}_5, item, tenant_id)\n\n\n\
             def tell_archived(item):\n    return item.archived\n\n\n"
        )),
        _ => {}
    }
    let _ = writeln!(
        text,
        "class Thing{package}{}:\n    def __init__(self, db, clock=datetime.utcnow):\n        self.db = db\n        self.clock = clock\n",
        capital(file)
    );
    for part in 0..PARTS {
        let _ = write!(
            text,
            "    async def handle_{file}_{part}(self, item, tenant_id: str, limit: int = LIMIT) -> dict:\n\
             \x20       \"\"\"Looks at the item, counts what belongs to it and stores the result.\"\"\"\n\
             \x20       rows = await self.db.fetch(\"select id, name, total from thing where tenant = :tenant limit :limit\", tenant=tenant_id, limit=limit)\n\
             \x20       total = sum(row.total for row in rows if row.total is not None and row.total > {part})\n\
             \x20       names = {{row.id: row.name.strip().lower() for row in rows}}\n\
             \x20       if not rows or total > limit * 3:\n\
             \x20           logger.warning(\"thing %s has no rows or too many: %s\", item.id, total)\n\
             \x20           raise ValueError(f\"item {{item.id}} has {{len(rows)}} rows\")\n\
             \x20       for row in rows:\n\
             \x20           item.parts.append({{\"id\": row.id, \"name\": names.get(row.id, \"none\"), \"at\": self.clock().isoformat()}})\n\
             \x20       result = {{\"id\": item.id, \"total\": total, \"parts\": len(item.parts), \"state\": \"update\" if total else \"delete\"}}\n\
             \x20       await self.db.save(item, updated_at=self.clock(), total=total, state=result[\"state\"])\n"
        );
        if file == "service" && part == 0 {
            let _ = writeln!(
                text,
                "        await get_event_bus().publish(event_type=WebhookEvent.THING{package}_0.value, event_data=result, tenant_id=tenant_id)"
            );
        }
        if file == "tasks" && part < 2 {
            let _ = writeln!(text, "        await tell(WebhookEvent.THING{package}_{}, item, tenant_id)", part + 3);
        }
        if file == "router" && part == 0 {
            text.push_str("        await changed(result[\"state\"], item, tenant_id)\n");
        }
        text.push_str("        return result\n\n");
    }
    if file == "router" {
        let _ = writeln!(text, "\nfrom app.thing{package}.events import changed");
    }
    text
}

fn capital(word: &str) -> String {
    word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect()
}
