//! The weights as a table and as `target/reports/size.json`.

use std::fs;

use anyhow::{Context as _, Result};

use super::weigh::Weight;
use crate::{process, workspace};

#[derive(Debug)]
pub(super) struct Row {
    sdk: String,
    case: String,
    weight: Weight,
}

impl Row {
    pub(super) fn new(sdk: &str, case: &str, weight: Weight) -> Self {
        Self {
            sdk: sdk.to_owned(),
            case: case.to_owned(),
            weight,
        }
    }

    fn json(&self) -> String {
        let Self { sdk, case, weight } = self;
        let Weight { brotli, gzip } = weight;
        format!(
            "  {{ \"sdk\": \"{sdk}\", \"case\": \"{case}\", \"brotli_bytes\": {brotli}, \"gzip_bytes\": {gzip} }}"
        )
    }
}

pub(super) fn show(rows: &[Row]) -> Result<()> {
    let path = workspace::made(workspace::target().join("reports"))?.join("size.json");
    fs::write(&path, json(rows)).with_context(|| format!("cannot write {}", path.display()))?;
    process::say("\nsdk           bytes of WebAssembly and JavaScript    brotli      gzip");
    for Row { sdk, case, weight } in rows {
        let Weight { brotli, gzip } = weight;
        process::say(&format!("{sdk:<12}  {case:<37} {brotli:>8}  {gzip:>8}"));
    }
    process::say(&format!("written to {}", path.display()));
    Ok(())
}

/// Names are ours and hold nothing that JSON would have to escape.
fn json(rows: &[Row]) -> String {
    let rows: Vec<String> = rows.iter().map(Row::json).collect();
    format!("[\n{}\n]\n", rows.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_json_with_a_row_for_each_question() {
        let weight = Weight {
            brotli: 10,
            gzip: 12,
        };
        let rows = ["core", "+ gzip"].map(|case| Row::new("otel-web", case, weight));
        let expected = "[\n  { \"sdk\": \"otel-web\", \"case\": \"core\", \"brotli_bytes\": 10, \"gzip_bytes\": 12 },\n  \
            { \"sdk\": \"otel-web\", \"case\": \"+ gzip\", \"brotli_bytes\": 10, \"gzip_bytes\": 12 }\n]\n";
        assert_eq!(json(&rows), expected);
    }
}
