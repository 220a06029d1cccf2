//! The features of otel-web, read from its manifest, so a new one is measured without a change here.

use std::fs;

use anyhow::{Context as _, Result};

use crate::workspace;

/// Features that every measured page has, or no page has, or that add nothing before the page uses them.
const NOT_MEASURED: [&str; 6] = [
    "default",
    "fetch",
    "off",
    "testing",
    "tracing",
    "tracing-layer",
];

/// Returns the features that are measured one by one.
pub(super) fn of_otel_web() -> Result<Vec<String>> {
    let mut names = all()?;
    names.retain(|name| !NOT_MEASURED.contains(&name.as_str()));
    Ok(names)
}

pub(crate) fn all() -> Result<Vec<String>> {
    let path = workspace::root().join("crates/otel-web/Cargo.toml");
    let manifest =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(names(&manifest))
}

fn names(manifest: &str) -> Vec<String> {
    let lines = manifest.lines().skip_while(|line| *line != "[features]");
    let lines = lines.skip(1).take_while(|line| !line.starts_with('['));
    // An indented line continues the list of a feature.
    let names = lines.filter(|line| !line.starts_with([' ', '#', ']']));
    names
        .filter_map(|line| Some(line.split_once(" = ")?.0.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feature_names_are_read_from_a_manifest() {
        let manifest = "[package]\nname = \"otel-web\"\n\n[features]\ndefault = [\n    \"errors\",\n]\n\
            # A comment.\nerrors = [\"web-sys/ErrorEvent\"]\nfetch = []\ngzip = [\n    \"a\",\n]\noff = []\n\n\
            [dependencies]\nserde = \"1\"\n";
        assert_eq!(
            names(manifest),
            ["default", "errors", "fetch", "gzip", "off"]
        );
    }
}
