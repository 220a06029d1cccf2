//! `docs/configuration.md` lists the settings of the program.

use std::path::Path;

use cli_settings::{Columns, check_region, markdown_table};
use cruddur_backend::config::Config;

#[test]
fn documented_settings_are_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let table = markdown_table(
        &Config::settings(),
        Config::env_only(),
        Columns::WithoutFile,
    );
    let command = "cargo test -p cruddur-backend --test configuration";
    if let Err(error) = check_region(&file, "backend", &table, command) {
        panic!("{}: {error}", file.display());
    }
}
