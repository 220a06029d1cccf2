//! The files in `deploy/` and those of the cloud workspaces agree with each other and with the programs.

use std::collections::BTreeSet;
use std::fs;

use crate::licenses::Artifact;
use crate::ports::Ports;
use crate::workspace;

fn read(path: &str) -> String {
    fs::read_to_string(workspace::root().join(path)).unwrap()
}

/// Returns the names of the variables that Compose replaces.
fn replaced(text: &str) -> BTreeSet<String> {
    let names = text.split("${").skip(1);
    names
        .map(|rest| {
            let is_end = |it: char| !(it.is_ascii_alphanumeric() || it == '_');
            rest.split(is_end).next().unwrap_or_default().to_owned()
        })
        .collect()
}

/// Returns the names of the variables that a file of settings sets.
fn set(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| Some(line.split_once('=')?.0.to_owned()))
        .collect()
}

#[test]
fn example_has_each_variable_of_compose() {
    let compose = ["deploy/compose.yaml", "deploy/compose.honeycomb.yaml"];
    let used: BTreeSet<String> = compose
        .iter()
        .flat_map(|file| replaced(&read(file)))
        .collect();
    assert!(used.contains("HONEYCOMB_API_KEY"), "{used:?}");
    assert_eq!(used, set(&read("deploy/.env.example")));
}

#[test]
fn workspaces_forward_the_default_ports() {
    let Ports { page, api, gateway } = Ports::default();
    for file in [".devcontainer/devcontainer.json", ".gitpod.yml"] {
        let text = read(file);
        for port in [page, api, gateway] {
            assert!(text.contains(&port.to_string()), "{port} in {file}");
        }
        assert!(text.contains("cargo xtask dev"), "{file}");
    }
}

#[test]
fn units_start_the_programs_of_the_folder() {
    for (unit, program) in [
        ("cruddur.service", Artifact::BackEnd),
        ("otel-web-gateway.service", Artifact::Gateway),
    ] {
        let text = read(&format!("deploy/systemd/{unit}"));
        let start = format!("ExecStart=/opt/cruddur/bin/{}\n", program.package());
        assert!(text.contains(&start), "{unit}");
    }
}

#[test]
fn images_have_the_programs_and_pages_of_the_folder() {
    let text = read("deploy/Dockerfile");
    for path in [
        "bin/cruddur-backend",
        "bin/otel-web-gateway",
        "page",
        "viewer",
        "licenses",
    ] {
        let copy = format!("COPY --from=dist /dist/{path} ");
        assert!(text.contains(&copy), "{path}");
    }
    assert!(text.contains("cargo xtask dist"));
    let minimum = text.lines().find_map(|line| line.strip_prefix("ARG RUST="));
    let manifest = read("Cargo.toml");
    let required = format!("rust-version = \"{}\"", minimum.unwrap());
    assert!(manifest.contains(&required), "{required}");
}
