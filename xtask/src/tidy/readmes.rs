//! What people copy from a README works as it is.

use super::{File, assert_no_violations};

/// Returns the lines of Rust code that only rustdoc hides, each with its number.
fn hidden_lines(text: &str) -> Vec<(usize, &str)> {
    let mut is_rust = false;
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        if let Some(language) = line.strip_prefix("```") {
            is_rust = language.starts_with("rust");
        } else if is_rust && (line == "#" || line.starts_with("# ")) {
            found.push((number, line));
        }
    }
    found
}

/// Elsewhere than in rustdoc, hidden lines are visible and do not compile.
#[test]
fn code_in_a_readme_has_no_hidden_lines() {
    let files = File::all("", "md");
    let readmes = files.iter().filter(|file| file.path.ends_with("README.md"));
    assert_no_violations(readmes.flat_map(|readme| {
        let path = readme.path.display();
        let lines = hidden_lines(&readme.text).into_iter();
        lines.map(move |(number, line)| format!("{path}:{number}: {line}"))
    }));
}

#[test]
fn only_rust_code_has_hidden_lines() {
    let text = "# Title\n```rust\n#[test]\n# fn a() {}\n#\n```\n```sh\n# a comment\n```\n";
    assert_eq!(hidden_lines(text), [(4, "# fn a() {}"), (5, "#")]);
}
