//! Settings that a developer may have, and what becomes of them. Nothing here builds or starts anything.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// `xtask` with these arguments and variables, as a shell would run it.
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

/// What `name` is in a shell that has evaluated `cargo xtask env`; `unset` if it is not.
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

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn pages_are_compiled_below_the_folder_that_cargo_was_told_to_use() {
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
fn a_shell_that_was_set_up_once_is_set_up_again_alike() {
    let first = in_shell(&[], "CARGO_TARGET_DIR");
    let again = in_shell(&[("CARGO_TARGET_DIR", &first)], "CARGO_TARGET_DIR");
    assert_eq!(first, again);
}

#[test]
fn tools_are_found_in_a_folder_with_blanks_and_apostrophes() {
    let tools = folder("ada's tools");
    let path = in_shell(&[("CRUDDUR_TOOLS", &tools.display().to_string())], "PATH");
    assert!(
        path.starts_with(&format!("{}/bin:", tools.display())),
        "{path}"
    );
}

#[test]
fn an_empty_cache_folder_is_as_good_as_none() {
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
fn trunk_gets_no_color_in_the_one_form_it_takes() {
    assert_eq!(in_shell(&[("NO_COLOR", "1")], "NO_COLOR"), "true");
    assert_eq!(in_shell(&[("NO_COLOR", "0")], "NO_COLOR"), "true");
    assert_eq!(in_shell(&[("NO_COLOR", "")], "NO_COLOR"), "unset");
}

#[test]
fn flags_for_this_machine_are_not_for_the_browser() {
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
fn a_browser_that_is_not_there_is_an_error_that_says_so() {
    for variable in ["CHROME", "CHROMEDRIVER"] {
        let run = xtask(&["test", "wasm"], &[(variable, "/nonexistent")]);
        let error = text(&run.stderr);
        assert_eq!(run.status.code(), Some(1), "{error}");
        assert!(
            error.contains(&format!("{variable}=/nonexistent is no program")),
            "{error}"
        );
        assert_eq!(text(&run.stdout), "", "nothing was built");
    }
}

#[test]
fn all_prerequisites_that_are_missing_are_named_before_anything_is_built() {
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
fn a_pipe_gets_no_colors_unless_they_are_forced() {
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
