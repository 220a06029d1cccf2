//! Explanations of stores with one planted cause, and of stores without a cause.
//!
//! Each store has 2,000 traces, or as many as the variable `EXPLAIN_TRACES` says:
//! `EXPLAIN_TRACES=20000 cargo test --release -p trace-model --test explain`.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod cause;
mod generator;

use trace_model::explain::{Explainer, Explanation, Finding};

use self::{
    cause::{CAUSES, Cause, Selection},
    generator::{Generated, Generator},
};

const TRACES: u64 = 2_000;

/// The part of the traces in a box around the slowest ones.
const SLOWEST: f64 = 0.05;

fn traces() -> u64 {
    let traces = std::env::var("EXPLAIN_TRACES");
    traces.map_or(TRACES, |traces| traces.parse().unwrap())
}

fn explain(generated: &[Generated], selection: Selection) -> Explanation {
    let mut durations: Vec<u64> = generated
        .iter()
        .map(|generated| generated.trace.extent().duration())
        .collect();
    durations.sort_unstable();
    let limit = durations[((1.0 - SLOWEST) * durations.len() as f64) as usize];
    let mut explainer = Explainer::default();
    for generated in generated {
        let trace = &generated.trace;
        let is_selected = match selection {
            Selection::Slowest => trace.extent().duration() >= limit,
            Selection::Failed => trace.nodes().iter().any(|node| node.span.is_error()),
        };
        explainer.add(trace, is_selected);
    }
    explainer.finish(true)
}

fn describe(findings: &[Finding]) -> String {
    let lines = findings.iter().map(|found| {
        format!(
            "{:?} {}={} bits {:.0} shares {:.2} {:.2} p {:.1e} also {:?}",
            found.kind,
            found.key,
            found.value,
            found.bits,
            found.selected_share,
            found.rest_share,
            found.p_value,
            found.also
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether the planted attribute is first.
fn is_found(cause: &Cause, seed: u64, traces: u64) -> bool {
    let generated = Generator::new(seed).traces(traces, Some(cause));
    let explanation = explain(&generated, cause.selection);
    let first = explanation.findings.first();
    let found = first.is_some_and(|first| cause.is_named_by(first));
    if !found {
        println!(
            "{} (seed {seed}) is not first:\n{}",
            cause.name,
            describe(&explanation.findings)
        );
    }
    found
}

fn check_causes(traces: u64, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let found = CAUSES.iter().filter(|cause| is_found(cause, seed, traces));
        let found = found.count();
        assert!(
            found * 10 >= CAUSES.len() * 9,
            "seed {seed}: {found} of {}",
            CAUSES.len()
        );
    }
}

fn check_no_cause(traces: u64, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let generated = Generator::new(seed).traces(traces, None);
        for selection in [Selection::Slowest, Selection::Failed] {
            let explanation = explain(&generated, selection);
            let findings = &explanation.findings;
            assert!(
                findings.is_empty(),
                "seed {seed} {selection:?}\n{}",
                describe(findings)
            );
        }
    }
}

#[test]
fn planted_cause_is_first() {
    check_causes(traces(), 0..3);
}

#[test]
fn nothing_stands_out_in_stores_without_a_cause() {
    check_no_cause(traces(), 0..10);
}
