//! The running programs: together ready, together ended.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Error, Result, anyhow, bail};

use super::leftovers::Record;
use super::services::{Health, Service};
use crate::http;
use crate::process::{Child, Ended, Lines};

/// How often a starting program is asked whether it is well.
const INTERVAL: Duration = Duration::from_millis(100);

/// The first end of a program, by its label.
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
    /// A stack whose programs are noted in `record`.
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

    /// Starts `service` and watches over it. Until all are ready, its lines are shown from its first error on only.
    pub(crate) fn start(&mut self, mut service: Service) -> Result<()> {
        let command = std::mem::replace(&mut service.command, std::process::Command::new(""));
        let child = Child::spawn_watched(service.label, command)?;
        self.record.add(service.label, child.id());
        self.lines.push(child.lines());
        let (label, end) = (service.label, self.end.clone());
        // Nobody listens any more once another program ended first.
        thread::spawn(move || drop(end.send((label, child.wait()))));
        self.starting.push((service, Instant::now()));
        Ok(())
    }

    /// Waits until every program is well; an error as soon as one ends or takes too long.
    pub(crate) fn wait_until_ready(&mut self) -> Result<()> {
        for (service, started) in std::mem::take(&mut self.starting) {
            while let Err(reason) = is_well(&service) {
                match self.ended.recv_timeout(INTERVAL) {
                    Ok(end) => return Err(explain(end)),
                    Err(RecvTimeoutError::Timeout) if started.elapsed() < service.patience => {}
                    Err(_) => bail!("the {} started but is not well: {reason:#}", service.label),
                }
            }
        }
        self.lines.iter().for_each(Lines::show);
        Ok(())
    }

    /// Waits for the first end and says whose it was.
    pub(crate) fn wait_until_one_ends(self) -> Error {
        self.ended.recv().map_or_else(Error::from, explain)
    }
}

fn is_well(service: &Service) -> Result<()> {
    for Health { path, status } in service.health {
        let answer = http::status(service.port, path)?;
        if answer != *status {
            bail!(
                "http://127.0.0.1:{}{path} answers {answer} instead of {status}",
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
                "the {label} ended ({status}), so everything was stopped. Its last lines:{tail}"
            )
        }
        Err(error) => error.context(format!("lost the {label}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process;

    fn stack(script: &str, patience: Duration) -> Stack {
        // Nobody listens on port 0, so this service is never well.
        let command = process::command("sh", &["-c", script]);
        let mut stack = Stack::new(Record::none());
        let service = Service {
            label: "example",
            command,
            port: 0,
            health: &[Health {
                path: "/",
                status: 200,
            }],
            patience,
        };
        stack.start(service).unwrap();
        stack
    }

    #[test]
    fn a_program_that_ends_while_it_starts_is_named_with_its_last_words() {
        let mut stack = stack("echo no database >&2; exit 3", Duration::from_secs(60));
        let error = stack.wait_until_ready().unwrap_err().to_string();
        assert!(
            error.contains("the example ended (exit status: 3)"),
            "{error}"
        );
        assert!(error.ends_with("Its last lines:\n  no database"), "{error}");
    }

    #[test]
    fn a_program_that_never_gets_well_is_not_waited_for_endlessly() {
        let mut stack = stack("exec sleep 5", Duration::ZERO);
        let error = stack.wait_until_ready().unwrap_err().to_string();
        assert!(
            error.starts_with("the example started but is not well"),
            "{error}"
        );
    }
}
