//! The report: a row for each case and SDK, with the sums over all runs.

use bench_runner::report;
use serde_json::{Value, json};

use super::options::Options;
use super::outcome::Outcome;
use super::{Case, Run};

pub(crate) fn report(options: &Options, runs: &[Run]) -> Value {
    let mut rows = Vec::new();
    for case in &options.cases {
        for sdk in &options.sdks {
            let of_row = runs
                .iter()
                .filter(|run| run.sdk == *sdk && run.case == *case);
            let outcomes: Vec<_> = of_row.map(|run| run.outcome).collect();
            rows.push(row(sdk, case, &outcomes));
        }
    }
    json!({ "runs": options.runs, "rows": rows })
}

fn row(sdk: &str, case: &Case, outcomes: &[Outcome]) -> Value {
    let mut sum = Outcome::default();
    outcomes.iter().for_each(|outcome| sum += *outcome);
    let lost = outcomes.iter().map(Outcome::lost);
    json!({
        "sdk": sdk,
        "case": case.to_string(),
        "ended": sum.ended,
        "received": sum.received,
        "duplicated": sum.duplicated,
        "rootless": sum.rootless,
        "runs": outcomes.len(),
        "runs_without_fault": outcomes.iter().filter(|outcome| outcome.is_perfect()).count(),
        "lost_per_run": { "min": lost.clone().min(), "max": lost.max() },
    })
}

pub(crate) fn table(report: &Value) -> String {
    let heads = [
        "case",
        "sdk",
        "ended",
        "received",
        "twice",
        "rootless",
        "lost per run",
    ];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for row in report["rows"].as_array().into_iter().flatten() {
        let lost = &row["lost_per_run"];
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let number = |key: &str| row[key].to_string();
        rows.push(vec![
            text("case"),
            text("sdk"),
            number("ended"),
            number("received"),
            number("duplicated"),
            number("rootless"),
            spread(&lost["min"], &lost["max"]),
        ]);
    }
    report::table(&rows)
}

fn spread(min: &Value, max: &Value) -> String {
    if min == max {
        min.to_string()
    } else {
        format!("{min}–{max}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_has_the_sum_and_the_range_of_its_runs() {
        let outcome = |received, rootless| Outcome {
            ended: 20,
            received,
            duplicated: 0,
            rootless,
        };
        let row = row(
            "otel-js",
            &Case::AfterResponse,
            &[outcome(20, 0), outcome(3, 1)],
        );
        assert_eq!((&row["ended"], &row["received"]), (&json!(40), &json!(23)));
        assert_eq!(
            (&row["rootless"], &row["runs_without_fault"]),
            (&json!(1), &json!(1))
        );
        let table = table(&json!({ "rows": [row] }));
        assert!(table.contains("0–17"), "{table}");
    }
}
