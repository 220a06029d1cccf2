//! Protection from other programs and users of the machine.

use crate::server::Server;

/// The database contains password hashes and sessions.
#[cfg(unix)]
#[tokio::test]
async fn database_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let server = Server::start(&[]).await;
    server.get("/api/activities/home").await;
    let mut files = 0;
    for entry in std::fs::read_dir(server.directory()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
        files += 1;
    }
    assert!(files >= 3, "the database, its log and its shared memory");
}

/// A process that cannot be inspected has its files in `/proc` owned by root.
#[cfg(target_os = "linux")]
#[test]
fn exporter_key_is_not_readable_by_other_programs_of_the_user() {
    use std::{
        fs,
        io::{BufRead, BufReader},
        os::unix::{
            fs::{MetadataExt, PermissionsExt},
            process::CommandExt,
        },
        process::{Command, Stdio},
    };
    /// The user `nobody` on Linux.
    const USER: u32 = 65_534;

    let directory = tempfile::tempdir().unwrap();
    let everyone = fs::Permissions::from_mode(0o777);
    fs::set_permissions(directory.path(), everyone).unwrap();
    // That user may not have access to the build directory.
    let program = directory.path().join("cruddur-backend");
    fs::copy(env!("CARGO_BIN_EXE_cruddur-backend"), &program).unwrap();
    let database = format!("sqlite:{}", directory.path().join("cruddur.db").display());
    let mut command = Command::new(&program);
    command
        .env_clear()
        .env("CRUDDUR_API_LISTEN", "127.0.0.1:0")
        .env("DATABASE_URL", database)
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=a-key")
        .stderr(Stdio::piped());
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if is_root {
        command.uid(USER).gid(USER);
    }
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    log.read_line(&mut line).unwrap();
    let file = |name: &str| format!("/proc/{}/{name}", child.id());
    let owner = fs::metadata(file("environ")).unwrap().uid();
    let limits = fs::read_to_string(file("limits")).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.contains("listening on"), "{line}");
    assert_eq!(owner, 0, "the process can be inspected");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file"));
    let words: Vec<_> = core.unwrap().split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{core:?}");
}
