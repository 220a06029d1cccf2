//! Checks the accessibility of the open page with axe-core.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::json;

use super::browser::Browser;

/// The rules that are not checked: the page has AA contrast, and this one demands AAA.
const NOT_CHECKED: &[&str] = &["color-contrast-enhanced"];

/// The number of elements that a description lists.
const MAX_NODES: usize = 3;

/// Runs all rules, including experimental ones, and returns the violations.
const RUN: &str = "
    const [source, notChecked] = arguments;
    if (!window.axe) (0, eval)(source);
    const rules = axe.getRules().map(rule => rule.ruleId).filter(rule => !notChecked.includes(rule));
    // Preferences that were just emulated apply to all elements in the next frame.
    const frame = () => new Promise(requestAnimationFrame);
    return frame().then(frame).then(() => axe.run(document, {runOnly: {type: 'rule', values: rules}, resultTypes: ['violations']})).then(result =>
        result.violations.map(({id, help, nodes}) =>
            ({id, help, nodes: nodes.map(node => node.html.slice(0, 200) + ' — ' + node.failureSummary)})));
";

#[derive(Debug, Deserialize)]
struct Violation {
    id: String,
    help: String,
    nodes: Vec<String>,
}

/// Returns a description of each rule that the page violates. `state` names the page.
pub(crate) async fn describe_violations(browser: &Browser, state: &str) -> Vec<String> {
    let violations = violations(browser).await;
    let describe = |violation: &Violation| format!("{state}: {}", violation.describe());
    violations.iter().map(describe).collect()
}

async fn violations(browser: &Browser) -> Vec<Violation> {
    let source = std::fs::read_to_string(script()).expect("axe-core's script");
    let found = browser
        .script(RUN, &[source.into(), json!(NOT_CHECKED)])
        .await;
    let found: Option<Vec<Violation>> = serde_json::from_value(found).expect("violations");
    found.expect("axe-core to check the page")
}

impl Violation {
    fn describe(&self) -> String {
        let Self { id, help, nodes } = self;
        let shown = nodes.iter().take(MAX_NODES);
        shown.fold(format!("{id}: {help} ({}×)", nodes.len()), |text, node| {
            format!("{text}\n    {node}")
        })
    }
}

/// Returns the path of the script, which `cargo xtask test journeys` installs.
fn script() -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/axe/node_modules");
    let modules = std::env::var_os("CRUDDUR_TEST_NODE_MODULES").map_or(default, PathBuf::from);
    let script = modules.join("axe-core/axe.min.js");
    assert!(
        script.is_file(),
        "no axe-core in {}: run `cargo xtask test journeys`, or `npm ci` in tests/axe",
        modules.display()
    );
    script
}
