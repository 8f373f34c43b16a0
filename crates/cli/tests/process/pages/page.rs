//! Reads the marked shell blocks of a page.

/// How a block is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Run {
    Once,
    /// Repeated until its output has the expected texts.
    Until,
    /// Must fail.
    Refused,
}

/// A block that is run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The line of its fence, counted from 1.
    pub(super) line: usize,
    pub(super) run: Run,
    pub(super) commands: String,
    /// Texts that the output must contain.
    pub(super) expected: Vec<String>,
    /// Texts that the receiver must print.
    pub(super) received: Vec<String>,
}

/// The blocks of a page in their order, or its fault with the line.
pub(super) fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut mark: Option<Mark> = None;
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    while let Some((at, line)) = lines.next() {
        if let Some(fence) = line.trim_start().strip_prefix("```") {
            let indent = &line[..line.len() - line.trim_start().len()];
            let body = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```");
            let body: Vec<&str> = body.map(|line| line.strip_prefix(indent).unwrap_or(line)).collect();
            match (fence, mark.take()) {
                ("sh", Some(Mark::Run(run))) => blocks.push(Block {
                    line: at,
                    run,
                    commands: body.join("\n") + "\n",
                    expected: Vec::new(),
                    received: Vec::new(),
                }),
                ("sh", None) => return Err(format!("line {at}: the block has no mark (run or shown)")),
                (_, None) | ("sh", Some(Mark::Shown)) => {}
                (_, Some(_)) => return Err(format!("line {at}: the mark is for a sh block")),
            }
            continue;
        }
        let Some((name, value)) = comment(line) else {
            if mark.is_some() && !line.trim().is_empty() {
                return Err(format!("line {at}: a block must follow the mark"));
            }
            continue;
        };
        let made = match (name, value) {
            ("run", "") => Mark::Run(Run::Once),
            ("run", "until") => Mark::Run(Run::Until),
            ("run", "refused") => Mark::Run(Run::Refused),
            ("run", other) => return Err(format!("line {at}: no way to run is named {other:?}")),
            ("shown", reason) if !reason.is_empty() => Mark::Shown,
            ("expect" | "receives", wanted) if !wanted.is_empty() => {
                let block = blocks.last_mut().ok_or_else(|| format!("line {at}: no block is above it"))?;
                let texts = if name == "expect" { &mut block.expected } else { &mut block.received };
                texts.push(wanted.to_owned());
                continue;
            }
            ("shown" | "expect" | "receives", _) => return Err(format!("line {at}: {name} has no text")),
            _ => continue,
        };
        if mark.replace(made).is_some() {
            return Err(format!("line {at}: two marks for one block"));
        }
    }
    if mark.is_some() {
        return Err("the page ends after a mark".to_owned());
    }
    if let Some(block) = blocks.iter().find(|block| block.run == Run::Until && block.expected.is_empty()) {
        return Err(format!("line {}: repeated until nothing in particular", block.line));
    }
    Ok(blocks)
}

enum Mark {
    Run(Run),
    Shown,
}

/// Name and value of a comment that is a line of its own.
fn comment(line: &str) -> Option<(&str, &str)> {
    let inner = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    let (name, value) = inner.split_once(':').unwrap_or((inner, ""));
    Some((name.trim(), value.trim()))
}

#[test]
fn marks_belong_to_their_blocks() {
    let page = "\
# A page

<!-- run -->

```sh
A=1
```

<!-- expect: one -->
<!-- receives: two: three -->

```json
{}
```

- in a list:

  <!-- run: refused -->
  ```sh
  false
    indented
  ```

<!-- shown: takes a day -->

```sh
sleep 86400
```
";
    let found = blocks(page).unwrap();
    let block = |line, run, commands: &str| Block {
        line,
        run,
        commands: commands.to_owned(),
        expected: Vec::new(),
        received: Vec::new(),
    };
    let first = Block {
        expected: vec!["one".to_owned()],
        received: vec!["two: three".to_owned()],
        ..block(5, Run::Once, "A=1\n")
    };
    assert_eq!(found, [first, block(19, Run::Refused, "false\n  indented\n")]);
}

#[test]
fn misplaced_marks_are_faults_of_the_page() {
    for (page, fault) in [
        ("```sh\ntrue\n```\n", "line 1: the block has no mark (run or shown)"),
        ("<!-- run -->\n\nText.\n", "line 3: a block must follow the mark"),
        ("<!-- run -->\n```json\n{}\n```\n", "line 2: the mark is for a sh block"),
        ("<!-- run -->\n<!-- shown: why -->\n", "line 2: two marks for one block"),
        ("<!-- run: twice -->\n", "line 1: no way to run is named \"twice\""),
        ("<!-- run: until -->\n```sh\ntrue\n```\n", "line 2: repeated until nothing in particular"),
        ("<!-- expect: text -->\n", "line 1: no block is above it"),
        ("<!-- run -->\n```sh\ntrue\n```\n<!-- expect: -->\n", "line 5: expect has no text"),
        ("<!-- shown -->\n", "line 1: shown has no text"),
        ("<!-- run -->\n", "the page ends after a mark"),
    ] {
        assert_eq!(blocks(page).unwrap_err(), fault);
    }
}
