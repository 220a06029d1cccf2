//! The features otel-web has, by its own manifest: a new one is weighed from its first day.

use std::fs;

use anyhow::{Context as _, Result};

use crate::workspace;

/// Part of every page that is weighed, or never part of a page.
const NOT_WEIGHED: [&str; 5] = ["default", "fetch", "observer", "off", "testing"];

pub(super) fn of_otel_web() -> Result<Vec<String>> {
    let path = workspace::root().join("crates/otel-web/Cargo.toml");
    let manifest =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(weighed(&manifest))
}

fn weighed(manifest: &str) -> Vec<String> {
    let lines = manifest.lines().skip_while(|line| *line != "[features]");
    let lines = lines.skip(1).take_while(|line| !line.starts_with('['));
    // Indented lines go on with the list of a feature.
    let names = lines.filter(|line| !line.starts_with([' ', '#', ']']));
    names
        .filter_map(|line| Some(line.split_once(" = ")?.0.to_owned()))
        .filter(|name| !NOT_WEIGHED.contains(&name.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_but_the_base_is_weighed() {
        let manifest = "[package]\nname = \"otel-web\"\n\n[features]\ndefault = [\n    \"errors\",\n]\n\
            # What breaks.\nerrors = [\"web-sys/ErrorEvent\"]\nfetch = []\ngzip = [\n    \"a\",\n]\noff = []\n\n\
            [dependencies]\nserde = \"1\"\n";
        assert_eq!(weighed(manifest), ["errors", "gzip"]);
    }
}
