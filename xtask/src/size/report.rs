//! The sizes as a table and as `target/reports/size.json`.

use std::fs;

use anyhow::{Context as _, Result};

use super::transfer_size::TransferSize;
use crate::{process, workspace};

#[derive(Debug)]
pub(super) struct Row {
    sdk: String,
    case: String,
    size: TransferSize,
}

impl Row {
    pub(super) fn new(sdk: &str, case: &str, size: TransferSize) -> Self {
        Self {
            sdk: sdk.to_owned(),
            case: case.to_owned(),
            size,
        }
    }

    fn json(&self) -> String {
        let Self { sdk, case, size } = self;
        let TransferSize { brotli, gzip } = size;
        format!(
            "  {{ \"sdk\": \"{sdk}\", \"case\": \"{case}\", \"brotli_bytes\": {brotli}, \"gzip_bytes\": {gzip} }}"
        )
    }
}

pub(super) fn show(rows: &[Row]) -> Result<()> {
    let path = workspace::create_dir(workspace::target().join("reports"))?.join("size.json");
    fs::write(&path, json(rows)).with_context(|| format!("cannot write {}", path.display()))?;
    process::print("\nsdk           bytes of WebAssembly and JavaScript    brotli      gzip");
    for Row { sdk, case, size } in rows {
        let TransferSize { brotli, gzip } = size;
        process::print(&format!("{sdk:<12}  {case:<37} {brotli:>8}  {gzip:>8}"));
    }
    process::print(&format!("written to {}", path.display()));
    Ok(())
}

/// The names contain nothing that JSON would have to escape.
fn json(rows: &[Row]) -> String {
    let rows: Vec<String> = rows.iter().map(Row::json).collect();
    format!("[\n{}\n]\n", rows.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_is_a_json_array_of_rows() {
        let size = TransferSize {
            brotli: 10,
            gzip: 12,
        };
        let rows = ["core", "+ gzip"].map(|case| Row::new("otel-web", case, size));
        let expected = "[\n  { \"sdk\": \"otel-web\", \"case\": \"core\", \"brotli_bytes\": 10, \"gzip_bytes\": 12 },\n  \
            { \"sdk\": \"otel-web\", \"case\": \"+ gzip\", \"brotli_bytes\": 10, \"gzip_bytes\": 12 }\n]\n";
        assert_eq!(json(&rows), expected);
    }
}
