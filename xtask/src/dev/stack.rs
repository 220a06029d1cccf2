//! The running programs: together ready, together ended.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Error, Result, anyhow, bail};

use super::services::Service;
use crate::http;
use crate::process::{Child, Ended};

/// How often a starting program is asked whether it is well.
const INTERVAL: Duration = Duration::from_millis(100);

/// The first end of a program, by its label.
type End = (&'static str, Result<Ended>);

#[derive(Debug)]
pub(crate) struct Stack {
    starting: Vec<(Service, Instant)>,
    end: Sender<End>,
    ended: Receiver<End>,
}

impl Default for Stack {
    fn default() -> Self {
        let (end, ended) = mpsc::channel();
        Self {
            starting: Vec::new(),
            end,
            ended,
        }
    }
}

impl Stack {
    /// Starts `service` and watches over it.
    pub(crate) fn start(&mut self, mut service: Service) -> Result<()> {
        let command = std::mem::replace(&mut service.command, std::process::Command::new(""));
        let child = Child::spawn(service.label, command)?;
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
        Ok(())
    }

    /// Waits for the first end and says whose it was.
    pub(crate) fn wait_until_one_ends(self) -> Error {
        self.ended.recv().map_or_else(Error::from, explain)
    }
}

fn is_well(service: &Service) -> Result<()> {
    for path in service.health {
        match http::status(service.port, path)? {
            200..=299 => {}
            code => bail!("http://127.0.0.1:{}{path} answers {code}", service.port),
        }
    }
    Ok(())
}

fn explain((label, end): End) -> Error {
    match end {
        Ok(Ended { status, tail }) => {
            let tail = tail
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
        let mut stack = Stack::default();
        let service = Service {
            label: "example",
            command,
            port: 0,
            health: &["/"],
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
