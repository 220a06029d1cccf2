//! Commands in Markdown exist, and CONTRIBUTING.md lists all of them.

use std::fs;

use super::markdown::Document;
use super::{File, assert_no_violations};
use crate::{commands, workspace};

const BEGIN: &str = "<!-- commands:begin -->\n";
const END: &str = "<!-- commands:end -->";

#[test]
fn commands_in_markdown_exist() {
    assert_no_violations(File::all("", "md").iter().flat_map(|file| {
        let code = Document::parse(&file.text).code;
        let calls = code
            .iter()
            .flat_map(|line| line.split("cargo xtask ").skip(1));
        let unknown = calls.filter(|call| !commands::is_known(call));
        unknown
            .map(|call| {
                format!(
                    "{}: `cargo xtask {call}` is no command",
                    file.path.display()
                )
            })
            .collect::<Vec<_>>()
    }));
}

/// `UPDATE_DOCS=1` writes the table instead of comparing it.
#[test]
fn contributing_lists_the_commands() {
    let path = workspace::root().join("CONTRIBUTING.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    let expected = format!("\n{}\n", commands::markdown_table());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(
        table, expected,
        "run `UPDATE_DOCS=1 cargo test -p xtask contributing`"
    );
}
