//! The features otel-web has, by its own manifest: a new one is weighed from its first day.

use std::fs;

use anyhow::{Context as _, Result};

use crate::workspace;

/// Part of every page that is weighed, or never part of a page.
const NOT_WEIGHED: [&str; 4] = ["default", "fetch", "off", "testing"];

/// Those that are weighed one by one.
pub(super) fn of_otel_web() -> Result<Vec<String>> {
    let mut names = all()?;
    names.retain(|name| !NOT_WEIGHED.contains(&name.as_str()));
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
    // Indented lines go on with the list of a feature.
    let names = lines.filter(|line| !line.starts_with([' ', '#', ']']));
    names
        .filter_map(|line| Some(line.split_once(" = ")?.0.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_features_are_read() {
        let manifest = "[package]\nname = \"otel-web\"\n\n[features]\ndefault = [\n    \"errors\",\n]\n\
            # What breaks.\nerrors = [\"web-sys/ErrorEvent\"]\nfetch = []\ngzip = [\n    \"a\",\n]\noff = []\n\n\
            [dependencies]\nserde = \"1\"\n";
        assert_eq!(
            names(manifest),
            ["default", "errors", "fetch", "gzip", "off"]
        );
    }
}
