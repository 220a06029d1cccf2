//! A minimal reader of Markdown: headings, links and code.

use std::collections::HashMap;

/// The parts of a document that the rules check.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The anchors that can be linked to.
    pub(super) anchors: Vec<String>,
    /// The targets of links and images.
    pub(super) targets: Vec<String>,
    /// The lines of code blocks, and the texts of code spans.
    pub(super) code: Vec<String>,
    /// How often each heading has occurred.
    headings: HashMap<String, usize>,
}

impl Document {
    pub(super) fn parse(text: &str) -> Self {
        let (mut document, mut fence) = (Self::default(), None);
        for line in text.lines() {
            let mark = fence_mark(line);
            match fence {
                Some(open) if mark == Some(open) => fence = None,
                Some(_) => document.code.push(line.to_owned()),
                None if mark.is_some() => fence = mark,
                None => document.read_line(line),
            }
        }
        document
    }

    fn read_line(&mut self, line: &str) {
        if line.starts_with('#') {
            self.add_heading(line.trim_start_matches('#').trim());
        }
        let ids = between(line, "<a id=\"", "\"");
        self.anchors.extend(ids.map(str::to_owned));
        let prose = self.take_code(line);
        self.targets
            .extend(between(&prose, "](", ")").map(without_title));
        // `[name]: target`
        if prose.starts_with('[')
            && let Some((_, target)) = prose.split_once("]: ")
        {
            self.targets.push(without_title(target));
        }
    }

    /// Adds the anchor that GitHub derives from a heading. Repeated anchors are numbered.
    fn add_heading(&mut self, heading: &str) {
        let text = without_links(heading).to_lowercase();
        let characters = text.chars().filter_map(|character| match character {
            ' ' => Some('-'),
            '-' | '_' => Some(character),
            other => other.is_alphanumeric().then_some(other),
        });
        let anchor: String = characters.collect();
        let count = self.headings.entry(anchor.clone()).or_default();
        self.anchors.push(match *count {
            0 => anchor,
            number => format!("{anchor}-{number}"),
        });
        *count += 1;
    }

    /// Moves the code spans of a line into `code`, and returns the rest of the line.
    fn take_code(&mut self, line: &str) -> String {
        let mut prose = String::new();
        for (index, part) in line.split('`').enumerate() {
            if index % 2 == 0 {
                prose.push_str(part);
            } else {
                self.code.push(part.to_owned());
            }
        }
        prose
    }
}

fn fence_mark(line: &str) -> Option<&'static str> {
    let line = line.trim_start();
    ["```", "~~~"]
        .into_iter()
        .find(|mark| line.starts_with(mark))
}

/// Finds the texts between `open` and `close`.
fn between<'a>(
    text: &'a str,
    open: &'static str,
    close: &'static str,
) -> impl Iterator<Item = &'a str> {
    text.match_indices(open).filter_map(move |(start, _)| {
        let rest = &text[start + open.len()..];
        Some(&rest[..rest.find(close)?])
    })
}

fn without_title(target: &str) -> String {
    let target = target.split_whitespace().next().unwrap_or_default();
    target.trim_matches(['<', '>']).to_owned()
}

/// Replaces links by their texts, and removes the marks of code.
fn without_links(heading: &str) -> String {
    let mut text = heading.replace('`', "");
    while let Some(start) = text.find("](") {
        let Some(end) = text[start..].find(')') else {
            break;
        };
        text.replace_range(start..=start + end, "");
    }
    text.replace('[', "")
}

#[test]
fn headings_links_and_code_are_found() {
    let text = "# The `dev` command\n\nSee [a](b.md#c \"title\") and ![d](<e.png>), `cargo xtask x`.\n\
        ```sh\n# no heading\ncargo xtask dev\n```\n## [Why](f.md)?\n## Why?\n[g]: h.md\n`[i](j.md)`\n";
    let document = Document::parse(text);
    assert_eq!(document.anchors, ["the-dev-command", "why", "why-1"]);
    assert_eq!(document.targets, ["b.md#c", "e.png", "f.md", "h.md"]);
    assert_eq!(
        document.code,
        [
            "dev",
            "cargo xtask x",
            "# no heading",
            "cargo xtask dev",
            "[i](j.md)"
        ]
    );
}
