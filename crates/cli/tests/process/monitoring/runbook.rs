//! The commands of the runbook in docs/operations.md. Each block has a mark:
//!
//! | mark | meaning |
//! | --- | --- |
//! | `<!-- night: failing -->`, `hanging`, `disk`, `node` | run during that fault, by the test of that night |
//! | `<!-- night: any -->` | reads, and works on every installation |
//! | `<!-- night: postgres -->` | the same, for PostgreSQL |
//! | `<!-- shown: reason -->` | not run |

use crate::support::{
    markdown,
    server::{ADMIN_KEY, Launch, Server},
};
use serde_json::Value;
use std::{collections::BTreeSet, path::Path};

const PAGE: &str = "docs/operations.md";
const MARKS: [&str; 6] = ["any", "postgres", "failing", "hanging", "disk", "node"];

/// A block that is run.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The heading above it.
    pub(super) section: String,
    pub(super) mark: String,
    commands: String,
}

/// The blocks that are run, in their order; or the fault of the page.
fn blocks(runbook: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let (mut section, mut mark) = (String::new(), None);
    let mut lines = runbook.lines();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("### ") {
            section = heading.to_owned();
        } else if let Some(comment) = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->")) {
            mark = comment.split_once(": ");
        } else if line == "```sh" {
            let commands: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            match mark.take() {
                Some(("night", name)) if MARKS.contains(&name) => blocks.push(Block {
                    section: section.clone(),
                    mark: name.to_owned(),
                    commands: commands.join("\n"),
                }),
                Some(("shown", _)) => {}
                other => return Err(format!("{section}: a block with the mark {other:?}")),
            }
        }
    }
    Ok(blocks)
}

/// The blocks of the runbook.
pub(super) fn of_the_page() -> Vec<Block> {
    let text = markdown::text(PAGE);
    let (_, runbook) = text.split_once("\n## Runbook\n").expect("the runbook");
    blocks(runbook.split("\n## ").next().unwrap_or(runbook)).unwrap_or_else(|fault| panic!("{PAGE}, {fault}"))
}

/// An operator at a terminal, with the variables that the page names.
pub(super) struct Operator {
    launch: Launch,
}

impl Operator {
    /// At `server`, in `folder`.
    pub(super) fn at(server: &Server, folder: &Path) -> Self {
        let binary = Path::new(env!("CARGO_BIN_EXE_postrider")).parent().unwrap();
        let search = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
        let launch = Launch::script(folder, "")
            .env("PATH", &search)
            .env("POSTRIDER_URL", &format!("http://{}", server.address))
            .env("POSTRIDER_KEY", ADMIN_KEY)
            .env("PID", &server.process.id().to_string());
        Self { launch }
    }

    /// Sets a variable.
    pub(super) fn with(mut self, variable: &str, value: &str) -> Self {
        self.launch = self.launch.env(variable, value);
        self
    }

    /// Runs a block to its end, which must succeed; returns its output.
    pub(super) async fn runs(&self, block: &Block) -> String {
        let done = self.launch.script_again(&format!("set -o pipefail\n{}", block.commands)).run().await;
        assert_eq!(done.code, Some(0), "{}:\n{}\n{}{}", block.section, block.commands, done.stdout, done.stderr);
        done.stdout
    }

    /// Runs the blocks of a section with a mark, from the `first` one on, `count` of them; returns their outputs.
    pub(super) async fn follows(&self, section: &str, mark: &str, first: usize, count: usize) -> String {
        let all = of_the_page();
        let blocks: Vec<&Block> = all.iter().filter(|one| one.section == section && one.mark == mark).collect();
        let mut output = String::new();
        for block in blocks.get(first..first + count).unwrap_or_else(|| panic!("{section} has no {count} more blocks"))
        {
            output += &self.runs(block).await;
        }
        output
    }

    /// Runs all blocks with a mark.
    pub(super) async fn runs_all(&self, mark: &str) {
        let blocks: Vec<Block> = of_the_page().into_iter().filter(|block| block.mark == mark).collect();
        assert!(!blocks.is_empty(), "no block has the mark {mark}");
        for block in &blocks {
            self.runs(block).await;
        }
    }
}

/// The JSON values of an output, one after the other.
pub(super) fn values(output: &str) -> Vec<Value> {
    serde_json::Deserializer::from_str(output).into_iter().map(|value| value.expect(output)).collect()
}

#[test]
fn every_block_of_the_runbook_is_run_or_says_why_not() {
    let marks: BTreeSet<String> = of_the_page().into_iter().map(|block| block.mark).collect();
    assert_eq!(marks, MARKS.map(str::to_owned).into());
    for (page, fault) in [
        ("### A\n\n```sh\ntrue\n```\n", "A: a block with the mark None"),
        ("### A\n<!-- night: never -->\n```sh\n```\n", "A: a block with the mark Some((\"night\", \"never\"))"),
    ] {
        assert_eq!(blocks(page).unwrap_err(), fault);
    }
}
