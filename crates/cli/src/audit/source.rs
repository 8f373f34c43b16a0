//! The catalog that the audit compares the code with.

use crate::{catalog, client::Server, config};
use anyhow::{Context, bail};
use audit::{CatalogSource, Promised};
use http::Method;
use model::{catalog::Catalog, operational::PREFIX};
use serde_json::Value;
use std::{fs, path::Path};

/// Loads a catalog: `code`, `shipped`, `configured`, a URL, or a file (relative to `folder` if the configuration names
/// it).
pub(super) fn catalog(
    wanted: &str,
    main: Option<String>,
    folder: &Path,
    server: &dyn Fn(&str) -> Server,
) -> anyhow::Result<CatalogSource> {
    let given = |name: &str, events: Vec<Promised>| {
        // The code of the product publishes no operational events.
        let events = events.into_iter().filter(|one| !one.event_type.starts_with(PREFIX)).collect();
        CatalogSource::Given { name: name.to_owned(), events }
    };
    match wanted {
        "code" => Ok(CatalogSource::Code { main }),
        "shipped" => Ok(given(wanted, of_catalog(&Catalog::shipped()?))),
        "configured" => {
            let folder = config::Config::read(None, Vec::new())?.catalog_folder;
            Ok(given(wanted, of_catalog(&catalog::load(folder.as_deref())?)))
        }
        url if url.starts_with("http://") || url.starts_with("https://") => {
            let answer = server(url).call(Method::GET, "/api/v1/webhooks/events", None, &[]).context("--catalog")?;
            Ok(given(url, events(&answer).with_context(|| format!("--catalog: {url} returns no list of event types"))?))
        }
        file => {
            let path = [Path::new(file).to_owned(), folder.join(file)].into_iter().find(|path| path.is_file());
            let Some(path) = path else {
                bail!("--catalog {file:?} is neither code, shipped, configured, a URL nor a file");
            };
            let text =
                fs::read_to_string(&path).with_context(|| format!("--catalog: {} cannot be read", path.display()))?;
            let list = read(&text).with_context(|| {
                format!(
                    "--catalog: {} is not a list of event types; it must be one type per line, a JSON list, or what \
                     `postrider catalog export` prints",
                    path.display()
                )
            })?;
            Ok(given(file, list))
        }
    }
}

fn of_catalog(catalog: &Catalog) -> Vec<Promised> {
    let entries = catalog.iter().filter(|entry| !entry.retired);
    entries
        .map(|entry| Promised { event_type: entry.event_type.to_string(), category: Some(entry.category.clone()) })
        .collect()
}

/// Parses JSON in one of its forms, or lines.
fn read(text: &str) -> Option<Vec<Promised>> {
    if text.trim_start().starts_with(['{', '[']) {
        return events(&serde_json::from_str(text).ok()?);
    }
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or("").trim()).filter(|line| !line.is_empty());
    let list: Vec<Promised> = lines.map(|line| promised(line, None)).collect();
    let plain = |one: &Promised| !one.event_type.contains(char::is_whitespace);
    (!list.is_empty() && list.iter().all(plain)).then_some(list)
}

fn promised(event_type: &str, category: Option<&str>) -> Promised {
    Promised { event_type: event_type.to_owned(), category: category.map(str::to_owned) }
}

/// Event types from a list of names or of entries, a catalog file, a server's response, or AsyncAPI.
fn events(value: &Value) -> Option<Vec<Promised>> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    if value.get("asyncapi").is_some() {
        let channels = value.get("channels")?.as_object()?;
        return Some(channels.keys().map(|name| promised(name, None)).collect());
    }
    let category = text(value, "category");
    let list = value.as_array().or_else(|| value.get("events")?.as_array())?;
    list.iter()
        .map(|one| {
            let name = one.as_str().map(str::to_owned);
            let name = name.or_else(|| ["event_type", "type", "name"].iter().find_map(|key| text(one, key)))?;
            Some(promised(&name, text(one, "category").or_else(|| category.clone()).as_deref()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Option<Vec<String>> {
        Some(read(text)?.into_iter().map(|one| one.event_type).collect())
    }

    #[test]
    fn catalogs_are_read_in_all_forms() {
        assert_eq!(names("a.b\n# a comment\n a.c # another\n").unwrap(), ["a.b", "a.c"]);
        assert_eq!(names(r#"["a.b", {"event_type": "a.c"}]"#).unwrap(), ["a.b", "a.c"]);
        assert_eq!(names(r#"{"category": "x", "events": [{"type": "a.b"}]}"#).unwrap(), ["a.b"]);
        assert_eq!(names(r#"{"asyncapi": "3.0.0", "channels": {"a.b": {}}}"#).unwrap(), ["a.b"]);
        assert_eq!(names("not a list"), None);
        assert_eq!(names("{}"), None);
        assert_eq!(names("[1]"), None);
        assert_eq!(names(""), None);
    }
}
