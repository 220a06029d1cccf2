//! The running programs, which start and end together.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Error, Result, anyhow, bail};

use super::leftovers::Record;
use super::services::{HealthCheck, Service};
use crate::http;
use crate::process::{Child, Ended, Lines};

/// How often the health of a starting program is checked.
const HEALTH_INTERVAL: Duration = Duration::from_millis(100);

/// The label of a program, and how it ended.
type End = (&'static str, Result<Ended>);

#[derive(Debug)]
pub(crate) struct Stack {
    record: Record,
    starting: Vec<(Service, Instant)>,
    lines: Vec<Lines>,
    end: Sender<End>,
    ended: Receiver<End>,
}

impl Stack {
    /// Creates an empty stack, whose programs are added to `record`.
    pub(crate) fn new(record: Record) -> Self {
        let (end, ended) = mpsc::channel();
        Self {
            record,
            starting: Vec::new(),
            lines: Vec::new(),
            end,
            ended,
        }
    }

    /// Starts `service`. Until all services are ready, its output is printed from its first error on only.
    pub(crate) fn start(&mut self, mut service: Service) -> Result<()> {
        let command = std::mem::replace(&mut service.command, std::process::Command::new(""));
        let child = Child::spawn_watched(service.label, command)?;
        self.record.add(service.label, child.id());
        self.lines.push(child.lines());
        let (label, end) = (service.label, self.end.clone());
        // The receiver is gone if another program ended first.
        thread::spawn(move || drop(end.send((label, child.wait()))));
        self.starting.push((service, Instant::now()));
        Ok(())
    }

    /// Waits until every program is healthy. Fails as soon as one ends or exceeds its timeout.
    pub(crate) fn wait_until_ready(&mut self) -> Result<()> {
        for (service, started) in std::mem::take(&mut self.starting) {
            while let Err(reason) = check_health(&service) {
                match self.ended.recv_timeout(HEALTH_INTERVAL) {
                    Ok(end) => return Err(explain(end)),
                    Err(RecvTimeoutError::Timeout) if started.elapsed() < service.ready_timeout => {
                    }
                    Err(_) => bail!(
                        "the {} started but is not healthy: {reason:#}",
                        service.label
                    ),
                }
            }
        }
        self.lines.iter().for_each(Lines::show);
        Ok(())
    }

    /// Waits until a program ends, and returns an error that names it.
    pub(crate) fn wait_until_one_ends(self) -> Error {
        self.ended.recv().map_or_else(Error::from, explain)
    }
}

fn check_health(service: &Service) -> Result<()> {
    for HealthCheck { method, path } in service.health {
        let status = http::status(service.port, *method, path)?;
        if status != 200 {
            bail!(
                "http://127.0.0.1:{}{path} responded with {status}",
                service.port
            );
        }
    }
    Ok(())
}

fn explain((label, end): End) -> Error {
    match end {
        Ok(Ended {
            status, excerpt, ..
        }) => {
            let tail = excerpt
                .iter()
                .map(|line| format!("\n  {line}"))
                .collect::<String>();
            anyhow!(
                "the {label} ended ({status}), so everything was stopped. Its last output:{tail}"
            )
        }
        Err(error) => error.context(format!("cannot watch the {label}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Method;
    use crate::process;

    fn stack(script: &str, ready_timeout: Duration) -> Stack {
        // Nothing listens on port 0, so this service is never healthy.
        let command = process::command("sh", &["-c", script]);
        let mut stack = Stack::new(Record::disabled());
        let service = Service {
            label: "example",
            command,
            port: 0,
            health: &[HealthCheck {
                method: Method::Get,
                path: "/",
            }],
            ready_timeout,
        };
        stack.start(service).unwrap();
        stack
    }

    #[test]
    fn program_that_ends_during_startup_is_named_with_its_output() {
        let mut stack = stack("echo no database >&2; exit 3", Duration::from_secs(60));
        let error = stack.wait_until_ready().unwrap_err().to_string();
        assert!(
            error.contains("the example ended (exit status: 3)"),
            "{error}"
        );
        assert!(
            error.ends_with("Its last output:\n  no database"),
            "{error}"
        );
    }

    #[test]
    fn unhealthy_program_is_an_error_after_its_timeout() {
        let mut stack = stack("exec sleep 5", Duration::ZERO);
        let error = stack.wait_until_ready().unwrap_err().to_string();
        assert!(
            error.starts_with("the example started but is not healthy"),
            "{error}"
        );
    }
}
