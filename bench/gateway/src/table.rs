//! Formats rows of JSON objects as a table.

use serde_json::Value;

/// Formats right-aligned columns, each as wide as its widest cell.
pub(crate) fn table(columns: &[&str], rows: &[Value]) -> String {
    let head = columns.iter().map(|name| (*name).to_owned()).collect();
    let cells = rows
        .iter()
        .map(|row| columns.iter().map(|name| cell(&row[*name])).collect());
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(cells).collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|column| lines.iter().map(|line| line[column].len()).max())
        .map(Option::unwrap_or_default)
        .collect();
    lines.iter().map(|line| aligned(line, &widths)).collect()
}

fn aligned(line: &[String], widths: &[usize]) -> String {
    let cells = line.iter().zip(widths);
    let cells = cells.map(|(cell, width)| format!("{cell:>width$}"));
    cells.collect::<Vec<_>>().join("  ") + "\n"
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [
            json!({"server": "otelite", "rss_mb": 12.5}),
            json!({"server": "a", "rss_mb": null}),
        ];
        let expected = " server  rss_mb\notelite    12.5\n      a       -\n";
        assert_eq!(table(&["server", "rss_mb"], &rows), expected);
    }
}
