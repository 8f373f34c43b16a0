//! The templates, and an environment that escapes by their extension: HTML in `.html`, Markdown in `.md`.

use super::{markdown, words::counted};
use minijinja::{
    AutoEscape, Environment, Output, State, UndefinedBehavior, Value, escape_formatter, syntax::SyntaxConfig,
};

const TEMPLATES: [(&str, &str); 6] = [
    ("parts.md", include_str!("templates/parts.md")),
    ("comprehensive.md", include_str!("templates/comprehensive.md")),
    ("quick_reference.md", include_str!("templates/quick_reference.md")),
    ("index.md", include_str!("templates/index.md")),
    ("parts.html", include_str!("templates/parts.html")),
    ("page.html", include_str!("templates/page.html")),
];

pub(super) fn render(name: &str, context: Value) -> String {
    let text = environment()
        .and_then(|environment| environment.get_template(name)?.render(context))
        .unwrap_or_else(|fault| panic!("the template {name} fits its context: {fault:#}"));
    let mut text = if name.ends_with(".md") { without_gaps(&text) } else { text };
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// Markdown without empty lines in sequence, except in blocks of code.
fn without_gaps(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut fence: Option<usize> = None;
    for line in text.lines() {
        let ticks = line.bytes().take_while(|byte| *byte == b'`').count();
        match fence {
            None if ticks >= 3 => fence = Some(ticks),
            Some(open) if ticks >= open && line.len() == ticks => fence = None,
            _ => {}
        }
        if fence.is_some() || !line.trim().is_empty() || !(out.is_empty() || out.ends_with("\n\n")) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(|name| match name.rsplit('.').next() {
        Some("md") => AutoEscape::Custom("markdown".into()),
        _ => AutoEscape::Html,
    });
    environment.set_formatter(format);
    environment.add_filter("code", |text: &str| Value::from_safe_string(markdown::code(text)));
    environment.add_filter("cell", |text: &str| Value::from_safe_string(markdown::cell(text)));
    environment.add_filter("fence", |text: &str, file: &str| Value::from_safe_string(markdown::fence(text, file)));
    environment.add_filter("tenths", |number: f64| format!("{number:.1}"));
    environment.add_filter("counted", |number: usize, what: &str| counted(number, what));
    environment.add_filter("label", label);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    let markdown = matches!(state.auto_escape(), AutoEscape::Custom(_));
    match value.as_str() {
        Some(text) if markdown && !value.is_safe() => Ok(out.write_str(&markdown::plain(text))?),
        _ if markdown => Ok(write!(out, "{value}")?),
        _ => escape_formatter(out, state, value),
    }
}

/// A state, a site's state or a confidence in words.
fn label(name: &str) -> &'static str {
    match name {
        "published" => "published",
        "parallel_only" => "parallel only",
        "parallel" => "parallel system",
        "dead" => "dead",
        "missing" => "missing",
        "low" => "low",
        "medium" => "medium",
        "high" => "high",
        _ => "unknown",
    }
}
