//! The messages in the outbox of an API.

use std::{fs, path::Path, time::Duration};

use tokio::time::{Instant, sleep};

/// A test fails if a message is not sent within this time.
const DEADLINE: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A message.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Mail {
    fn parse(message: &str) -> Self {
        let (headers, text) = message.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| {
            let mut lines = headers.lines();
            lines
                .find_map(|line| line.strip_prefix(name))
                .unwrap()
                .to_owned()
        };
        Self {
            to: header("To: "),
            subject: header("Subject: "),
            text: text.to_owned(),
        }
    }

    /// Returns the code in the text, as it is displayed.
    pub(crate) fn code(&self) -> String {
        let is_code = |line: &&str| line.starts_with("    ");
        let code = self.text.lines().find(is_code);
        code.unwrap_or_else(|| panic!("no code in {}", self.text))
            .trim()
            .to_owned()
    }
}

/// The outbox of an API.
pub(crate) struct Outbox(std::path::PathBuf);

impl Outbox {
    pub(crate) fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Returns all messages, oldest first.
    pub(crate) fn all(&self) -> Vec<Mail> {
        // The first message creates the folder.
        let entries = fs::read_dir(&self.0).into_iter().flatten();
        let entries = entries.map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = entries
            .filter(|path| path.extension().is_some_and(|it| it == "eml"))
            .collect();
        files.sort();
        let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
        texts.map(|text| Mail::parse(&text)).collect()
    }

    /// Waits for this number of messages to an address, and returns the newest.
    pub(crate) async fn wait(&self, email: &str, count: usize) -> Mail {
        let begin = Instant::now();
        loop {
            let mut mails = self.all();
            mails.retain(|mail| mail.to == email);
            match mails.last() {
                Some(newest) if mails.len() == count => return newest.clone(),
                _ => assert!(begin.elapsed() < DEADLINE, "{mails:#?}"),
            }
            sleep(POLL_INTERVAL).await;
        }
    }
}
