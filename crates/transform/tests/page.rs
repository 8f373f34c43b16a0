//! The blocks of `docs/transformations.md`: scripts run, and templates render the shown payloads.

use serde_json::Value;
use std::{collections::BTreeMap, fs, path::PathBuf};
use transform::{
    Effect, Input, Limits, Program, Scripts,
    templates::{EventFacts, Options, Rendered, Template},
};

/// A fenced block: the words behind the fence, the content, and the heading above.
struct Block {
    mark: String,
    content: String,
    heading: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let (mut blocks, mut heading, mut open): (Vec<Block>, _, bool) = (Vec::new(), String::new(), false);
    for line in page.lines() {
        if let Some(mark) = line.strip_prefix("```") {
            open = !open;
            if open {
                blocks.push(Block { mark: mark.to_owned(), content: String::new(), heading: heading.clone() });
            }
        } else if open {
            let content = &mut blocks.last_mut().unwrap().content;
            content.push_str(line);
            content.push('\n');
        } else if let Some(text) = line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')) {
            heading = text.to_owned();
        }
    }
    blocks
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/transformations.md")
}

fn text<'a>(event: &'a Value, name: &str) -> &'a str {
    event[name].as_str().unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn every_script_of_the_page_does_what_the_page_says() {
    let blocks = blocks(&fs::read_to_string(path()).unwrap());
    let event = json(&blocks.iter().find(|block| block.mark == "json event").unwrap().content);
    let body = serde_json::json!({ "type": event["type"], "data": event["data"] }).to_string();
    let metadata = event["metadata"].to_string();
    let headers = [("x-team".to_owned(), "billing".to_owned())];
    let limits = Limits { deadline: std::time::Duration::from_secs(20), ..Limits::default() };
    let program = Program { path: env!("CARGO_BIN_EXE_transform-worker").into(), arguments: Vec::new() };
    let scripts = Scripts::new(program, limits);
    let mut ran = 0;
    for (at, block) in blocks.iter().enumerate().filter(|(_, block)| block.mark == "js") {
        let input = Input {
            id: text(&event, "id"),
            kind: text(&event, "type"),
            timestamp: text(&event, "timestamp"),
            tenant: text(&event, "tenant"),
            metadata: &metadata,
            method: "POST",
            path: "/hook?x=1",
            headers: &headers,
            body: body.as_bytes(),
            may_set: &|name| name.starts_with("x-"),
        };
        let result = scripts.run(&block.content, &input).await.unwrap().result;
        let expected = &blocks[at + 1];
        match (expected.mark.as_str(), result) {
            ("json sent", Ok(Effect::Send(shaped))) => {
                assert_eq!(serde_json::from_slice::<Value>(&shaped.body).unwrap(), json(&expected.content));
            }
            ("text sent", Ok(Effect::Send(shaped))) => assert_eq!(shaped.body, expected.content),
            ("text dropped", Ok(Effect::Drop)) => {}
            ("text fault", Err(fault)) => assert_eq!(fault.to_string(), expected.content.trim()),
            (mark, result) => panic!("{mark}: {result:?}\n{}", block.content),
        }
        ran += 1;
    }
    assert!(ran >= 6);
}

fn shown(rendered: &Rendered) -> String {
    let body = String::from_utf8(rendered.body.clone()).unwrap();
    let headers: String = rendered.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    match serde_json::from_str::<Value>(&body) {
        Ok(value) if headers.is_empty() => format!("{value:#}\n"),
        _ if headers.is_empty() => format!("{body}\n"),
        _ => format!("{headers}content-type: {}\n\n{body}\n", rendered.content_type),
    }
}

/// `UPDATE_PAGE=1` writes the blocks.
#[test]
fn every_template_has_a_section_with_its_payload() {
    let page = fs::read_to_string(path()).unwrap();
    let event = json(&blocks(&page).iter().find(|block| block.mark == "json event").unwrap().content);
    let (data, metadata) = (event["data"].to_string(), event["metadata"].to_string());
    let facts = EventFacts {
        id: text(&event, "id"),
        kind: text(&event, "type"),
        timestamp: text(&event, "timestamp"),
        tenant: text(&event, "tenant"),
        source: "https://shop.example",
        data: &data,
        metadata: &metadata,
    };
    let mut updated = page.clone();
    for template in Template::ALL {
        let key = ("routing_key".to_owned(), "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY01".to_owned());
        let map = if template == Template::PagerDuty { BTreeMap::from([key]) } else { BTreeMap::new() };
        let payload = shown(&template.render(&facts, &Options::check(template, map).unwrap()));
        let heading = format!("`{}`", template.name());
        let blocks = blocks(&page);
        let block = blocks.iter().find(|block| block.heading == heading).expect(&heading);
        if block.content != payload {
            let (before, after) = updated.split_once(&format!("### {heading}\n")).unwrap();
            let after = after.replacen(
                &format!("```{}\n{}```", block.mark, block.content),
                &format!("```{}\n{payload}```", block.mark),
                1,
            );
            updated = format!("{before}### {heading}\n{after}");
        }
    }
    if page != updated && option_env!("UPDATE_PAGE").is_some() {
        fs::write(path(), &updated).unwrap();
    }
    assert_eq!(page, updated);
}
