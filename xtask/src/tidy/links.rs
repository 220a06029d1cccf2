//! Links in Markdown lead to files and headings that exist.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::markdown::Document;
use super::{File, assert_no_violations};
use crate::workspace;

#[test]
fn links_in_markdown_resolve() {
    let files = File::all("", "md");
    let documents: HashMap<&Path, Document> = files
        .iter()
        .map(|file| (&*file.path, Document::parse(&file.text)))
        .collect();
    assert_no_violations(documents.iter().flat_map(|(path, document)| {
        let broken = document
            .targets
            .iter()
            .filter_map(|target| violation(path, target, &documents));
        broken.collect::<Vec<_>>()
    }));
}

fn violation(from: &Path, target: &str, documents: &HashMap<&Path, Document>) -> Option<String> {
    // Only a request could check a link to another site.
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() {
        from.to_owned()
    } else {
        normalized(&from.parent()?.join(file))
    };
    let message = |problem| Some(format!("{}: {target} {problem}", from.display()));
    if !workspace::root().join(&path).exists() {
        return message("does not exist");
    }
    let document = documents.get(&*path);
    let is_missing = |document: &Document| !document.anchors.iter().any(|known| known == anchor);
    if !anchor.is_empty() && document.is_some_and(is_missing) {
        return message("is no heading there");
    }
    None
}

fn normalized(path: &Path) -> PathBuf {
    let mut normalized = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normalized.pop();
            }
            Component::CurDir => {}
            other => normalized.push(other),
        }
    }
    normalized
}
