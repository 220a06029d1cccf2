//! Reports: medians with their range, as a table for people and as JSON for programs.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The median and the range of several runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    pub median: f64,
    pub min: f64,
    pub max: f64,
    pub runs: usize,
}

impl Summary {
    /// Returns `None` if there are no figures.
    pub fn of(figures: &[f64]) -> Option<Self> {
        let mut sorted = figures.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let upper = *sorted.get(middle)?;
        let median = if sorted.len().is_multiple_of(2) {
            f64::midpoint(*sorted.get(middle.checked_sub(1)?)?, upper)
        } else {
            upper
        };
        Some(Self {
            median,
            min,
            max,
            runs: sorted.len(),
        })
    }
}

/// Formats rows as aligned columns. The first column is left-aligned.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).enumerate();
    let cells = cells.map(|(column, (cell, width))| match column {
        0 => format!("{cell:<width$}"),
        _ => format!("  {cell:>width$}"),
    });
    format!("{}\n", cells.collect::<String>().trim_end())
}

/// Writes `target/reports/{name}.json` and returns its path.
pub fn write(name: &str, report: &Value) -> Result<PathBuf> {
    let folder = crate::target().join("reports");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{name}.json"));
    std::fs::write(&path, format!("{report:#}\n"))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlier_does_not_change_the_median() {
        let summary = Summary::of(&[3.0, 1.0, 900.0, 2.0, 2.5]).unwrap();
        assert_eq!(
            (summary.median, summary.min, summary.max),
            (2.5, 1.0, 900.0)
        );
        assert_eq!(Summary::of(&[1.0, 2.0]).unwrap().median, 1.5);
        assert_eq!(Summary::of(&[]), None);
    }

    #[test]
    fn columns_are_aligned() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let table = table(&[row(["sdk", "ns"]), row(["otel-web", "700"])]);
        assert_eq!(table, "sdk        ns\notel-web  700\n");
    }
}
