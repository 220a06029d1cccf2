//! The effect of a developer's own variables. These tests build and start nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs `xtask` with these arguments and variables.
fn xtask(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
    for name in [
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_TARGET_DIR",
        "NO_COLOR",
        "CHROME",
        "CHROMEDRIVER",
    ] {
        xtask.env_remove(name);
    }
    xtask.args(arguments).envs(variables.iter().copied());
    xtask.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Returns the value of `name` in a shell that has evaluated `cargo xtask env`, or `unset`.
fn in_shell(variables: &[(&str, &str)], name: &str) -> String {
    let printed = xtask(&["env"], variables);
    assert!(printed.status.success(), "{printed:?}");
    let script = format!("eval \"$1\" && printf %s \"${{{name}-unset}}\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, "sh", &text(&printed.stdout)]);
    let shell = shell.envs(variables.iter().copied()).output().unwrap();
    assert!(shell.status.success(), "{shell:?}");
    text(&shell.stdout)
}

/// Creates a folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn pages_are_compiled_below_cargo_s_target_folder() {
    for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"] {
        let target = in_shell(&[(name, "/elsewhere/a b")], "CARGO_TARGET_DIR");
        assert_eq!(target, "/elsewhere/a b/wasm", "{name}");
    }
    let home = folder("cargo-home");
    let config = "[build]\ntarget-dir = \"/configured\"\n";
    std::fs::write(home.join("config.toml"), config).unwrap();
    let home = home.display().to_string();
    let target = in_shell(&[("CARGO_HOME", &home)], "CARGO_TARGET_DIR");
    assert_eq!(target, "/configured/wasm");
}

#[test]
fn evaluating_the_environment_twice_changes_nothing() {
    let first = in_shell(&[], "CARGO_TARGET_DIR");
    let again = in_shell(&[("CARGO_TARGET_DIR", &first)], "CARGO_TARGET_DIR");
    assert_eq!(first, again);
}

#[test]
fn tools_folder_may_contain_spaces_and_apostrophes() {
    let tools = folder("ada's tools");
    let path = in_shell(&[("CRUDDUR_TOOLS", &tools.display().to_string())], "PATH");
    assert!(
        path.starts_with(&format!("{}/bin:", tools.display())),
        "{path}"
    );
}

#[test]
fn empty_cache_folder_counts_as_unset() {
    let home = folder("home").display().to_string();
    let rustup = std::env::var("RUSTUP_HOME")
        .unwrap_or_else(|_| format!("{}/.rustup", std::env::var("HOME").unwrap()));
    let cargo = std::env::var("CARGO_HOME")
        .unwrap_or_else(|_| format!("{}/.cargo", std::env::var("HOME").unwrap()));
    let homes = [
        ("HOME", home.as_str()),
        ("RUSTUP_HOME", &rustup),
        ("CARGO_HOME", &cargo),
    ];
    let variables = [&homes[..], &[("XDG_CACHE_HOME", ""), ("CRUDDUR_TOOLS", "")]].concat();
    let path = in_shell(&variables, "PATH");
    assert!(
        path.starts_with(&format!("{home}/.cache/cruddur/bin:")),
        "{path}"
    );
}

#[test]
fn trunk_gets_no_color_as_true() {
    assert_eq!(in_shell(&[("NO_COLOR", "1")], "NO_COLOR"), "true");
    assert_eq!(in_shell(&[("NO_COLOR", "0")], "NO_COLOR"), "true");
    assert_eq!(in_shell(&[("NO_COLOR", "")], "NO_COLOR"), "unset");
}

#[test]
fn host_rustflags_are_removed_for_the_browser() {
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
    ] {
        let flags = in_shell(&[(name, "-Clink-arg=-fuse-ld=mold")], name);
        assert!(!flags.contains("mold"), "{name}={flags}");
    }
}

#[test]
fn missing_browser_is_an_error_with_its_variable() {
    for variable in ["CHROME", "CHROMEDRIVER"] {
        let run = xtask(&["test", "wasm"], &[(variable, "/nonexistent")]);
        let error = text(&run.stderr);
        assert_eq!(run.status.code(), Some(1), "{error}");
        assert!(
            error.contains(&format!("{variable}=/nonexistent is not a program")),
            "{error}"
        );
        assert_eq!(text(&run.stdout), "", "nothing was built");
    }
}

#[test]
fn missing_prerequisites_are_listed_before_anything_is_built() {
    let tools = folder("file");
    let tools = tools.join("tools");
    std::fs::write(&tools, "no folder").unwrap();
    let variables = [
        ("CC", "no-such-compiler"),
        ("CHROME", "/nonexistent"),
        ("CRUDDUR_TOOLS", tools.to_str().unwrap()),
    ];
    let run = xtask(&["test", "journeys"], &variables);
    let error = text(&run.stderr);
    assert_eq!(run.status.code(), Some(1), "{error}");
    for part in [
        "no-such-compiler",
        "CHROME=/nonexistent",
        "cannot",
        "nothing was built",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert_eq!(text(&run.stdout), "", "nothing was built");
}

#[test]
fn pipe_gets_no_colors_unless_they_are_forced() {
    let plain = xtask(&["test", "nothing"], &[]);
    assert!(!text(&plain.stderr).contains('\x1b'), "{plain:?}");
    let forced = xtask(&["test", "nothing"], &[("FORCE_COLOR", "1")]);
    assert!(
        text(&forced.stderr).contains("\x1b[1;31merror:"),
        "{forced:?}"
    );
    let refused = xtask(
        &["test", "nothing"],
        &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")],
    );
    assert!(!text(&refused.stderr).contains('\x1b'), "{refused:?}");
}
