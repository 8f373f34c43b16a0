//! `postrider catalog`: the event types of the binary and of a configured folder.

mod asyncapi;
mod markdown;

use crate::{client::print, config::Config, output};
use anyhow::{Context, anyhow, bail, ensure};
use clap::{Subcommand, ValueEnum};
use model::{
    JsonObject,
    catalog::{self, Catalog, CatalogEntry, Origin},
    operational::PREFIX,
    schema::check_entry,
};
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// List, check and export the catalog of event types
///
/// The catalog consists of the types in the binary and those in the folder catalog.folder (POSTRIDER_CATALOG_FOLDER):
/// one JSON file per category, in the same format. Types registered through the API are not included.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
    /// Configuration file [default: postrider.toml, if it exists]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// A folder of catalog files; overrides POSTRIDER_CATALOG_FOLDER
    #[arg(long, value_name = "FOLDER", global = true)]
    folder: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Action {
    /// List all event types
    List {
        /// Only types of this category
        #[arg(long)]
        category: Option<String>,
    },
    /// Show an event type with its schema and example
    Show { event_type: String },
    /// Check that all schemas are valid and all examples match them; exits with 1 otherwise
    Check,
    /// Print the catalog for other programs, or as documentation
    Export {
        #[arg(long, value_enum, default_value_t = Format::Json)]
        format: Format,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// All entries, in the API's format
    Json,
    /// The events page of the documentation
    Markdown,
    /// AsyncAPI 3.0, to generate code of receivers
    Asyncapi,
}

/// The shipped catalog with the entries of `folder`.
pub(crate) fn load(folder: Option<&Path>) -> anyhow::Result<Catalog> {
    let mut catalog = Catalog::shipped().context("the shipped catalog is invalid")?;
    let Some(folder) = folder else { return Ok(catalog) };
    let variable = "POSTRIDER_CATALOG_FOLDER";
    let read = std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>());
    let mut files = read.with_context(|| {
        format!(
            "{variable}: {} cannot be read; it must be a folder of catalog files, for example ./catalog",
            folder.display()
        )
    })?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let entries = catalog::parse(&text, Origin::Custom)
            .map_err(|fault| anyhow!(fault).context(format!("{variable}: {}", file.display())))?;
        for entry in entries {
            if let Some(known) = catalog.get(entry.event_type.as_str()) {
                let whose = if known.origin == Origin::Shipped { "shipped already" } else { "there twice" };
                bail!("{variable}: {}: event type {} is {whose}", file.display(), entry.event_type);
            }
            ensure!(
                !entry.event_type.is_operational(),
                "{variable}: {}: event type {}: names that begin with {PREFIX} are reserved",
                file.display(),
                entry.event_type
            );
            let faults = check_entry(&entry);
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            ensure!(faults.is_empty(), "{variable}: {}: {}: {}", file.display(), entry.event_type, faults.join("; "));
            catalog.put(entry);
        }
    }
    Ok(catalog)
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let folder = match args.folder {
        Some(folder) => Some(folder),
        None => Config::read(args.config.as_deref(), Vec::new())?.catalog_folder,
    };
    let catalog = load(folder.as_deref())?;
    match args.action {
        Action::List { category } => list(&catalog, category.as_deref()),
        Action::Show { event_type } => {
            let entry = catalog.get(&event_type).with_context(|| format!("Event type not found: {event_type}"))?;
            print(&shown(entry));
        }
        Action::Check => check(&catalog)?,
        Action::Export { format: Format::Json } => print(&catalog.iter().map(|e| shown(e)).collect::<Vec<_>>()),
        Action::Export { format: Format::Markdown } => output::result(format_args!("{}", markdown::page(&catalog))),
        Action::Export { format: Format::Asyncapi } => print(&asyncapi::document(&catalog)),
    }
    Ok(())
}

/// An event type in the printed form.
#[derive(Serialize)]
struct Shown<'e> {
    event_type: &'e str,
    category: &'e str,
    description: &'e str,
    schema: Option<&'e Value>,
    example: Option<&'e JsonObject>,
}

fn shown(entry: &CatalogEntry) -> Shown<'_> {
    Shown {
        event_type: entry.event_type.as_str(),
        category: &entry.category,
        description: &entry.description,
        schema: entry.schema.as_ref(),
        example: entry.example.as_ref(),
    }
}

fn list(catalog: &Catalog, category: Option<&str>) {
    for entry in catalog.iter().filter(|entry| category.is_none_or(|wanted| entry.category == wanted)) {
        output::line!("{:<28} {:<14} {}", entry.event_type.as_str(), entry.category, entry.description);
    }
}

fn check(catalog: &Catalog) -> anyhow::Result<()> {
    let mut faults = Vec::new();
    for entry in catalog.iter() {
        faults.extend(check_entry(entry).into_iter().map(|fault| format!("{}: {fault}", entry.event_type)));
        if entry.description.trim().is_empty() {
            faults.push(format!("{}: has no description", entry.event_type));
        }
    }
    ensure!(faults.is_empty(), "the catalog is invalid:\n  {}", faults.join("\n  "));
    output::line!("{} event types are valid", catalog.len());
    Ok(())
}
