//! Stack traces as languages print them: Python, JavaScript, Rust, Java and what looks alike.

/// One call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) file: String,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
    pub(super) function: String,
}

/// An exception in a printed stack trace, with its calls, the innermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) kind: String,
    pub(super) message: String,
    pub(super) frames: Vec<Frame>,
}

const PYTHON: &str = "Traceback (most recent call last)";

/// The exception itself first, then what caused it.
pub(super) fn chain(text: &str) -> Vec<Part> {
    if text.contains(PYTHON) {
        // What Python prints last is what failed; before it stands why.
        let mut parts: Vec<_> = text.split(PYTHON).skip(1).map(python).collect();
        parts.reverse();
        return parts;
    }
    let sections = text.split("\nCaused by: ");
    let mut parts: Vec<_> = sections.map(section).collect();
    parts.retain(|part| !part.frames.is_empty() || !part.kind.is_empty());
    parts
}

fn python(section: &str) -> Part {
    let mut frames: Vec<_> = section.lines().filter_map(python_frame).collect();
    frames.reverse();
    let heading = section.lines().skip(1).find(|line| {
        let first = line.chars().next();
        first.is_some_and(|first| !first.is_whitespace())
    });
    let (kind, message) = heading_parts(heading.unwrap_or_default());
    Part {
        kind,
        message,
        frames,
    }
}

/// `  File "shop.py", line 3, in buy`.
fn python_frame(line: &str) -> Option<Frame> {
    let rest = line.trim_start().strip_prefix("File \"")?;
    let (file, rest) = rest.split_once("\", line ")?;
    let (number, function) = rest.split_once(", in ").unwrap_or((rest, ""));
    Some(Frame {
        file: file.to_owned(),
        line: number.trim().parse().ok(),
        column: None,
        function: function.to_owned(),
    })
}

fn section(section: &str) -> Part {
    let mut frames = Vec::new();
    let mut function = "";
    for line in section.lines() {
        if let Some(frame) = frame(line.trim(), &mut function) {
            frames.push(frame);
        }
    }
    let (kind, message) = heading_parts(section.lines().next().unwrap_or_default());
    Part {
        kind,
        message,
        frames,
    }
}

/// `at f (file:1:2)`, `at file:1:2`, `f@file:1:2`, `at a.B.c(B.java:3)`, and Rust's two
/// lines `4: shop::buy` and `at src/shop.rs:3:5`: `function` is the one of the line before.
fn frame<'a>(line: &'a str, function: &mut &'a str) -> Option<Frame> {
    if let Some(rest) = line.strip_prefix("at ") {
        let before = std::mem::take(function);
        return Some(
            match rest
                .strip_suffix(')')
                .and_then(|rest| rest.rsplit_once('('))
            {
                Some((name, place)) => located(place, name.trim()),
                None => located(rest, before),
            },
        );
    }
    if let Some((number, name)) = line.split_once(": ")
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        *function = name;
        return None;
    }
    let (name, place) = line.split_once('@')?;
    let frame = located(place, name);
    frame.line.is_some().then_some(frame)
}

/// `file:line:column` or `file:line`; what is no number belongs to the file.
fn located(place: &str, function: &str) -> Frame {
    let number = |text: &str| text.parse::<u32>().ok();
    let last = place
        .rsplit_once(':')
        .and_then(|(rest, text)| Some((rest, number(text)?)));
    let (file, line, column) = match last {
        None => (place, None, None),
        Some((rest, last)) => {
            let before = rest
                .rsplit_once(':')
                .and_then(|(file, text)| Some((file, number(text)?)));
            match before {
                Some((file, line)) => (file, Some(line), Some(last)),
                None => (rest, Some(last), None),
            }
        }
    };
    Frame {
        file: file.to_owned(),
        line,
        column,
        function: function.to_owned(),
    }
}

/// `kind: message`, unless the line is a call already.
fn heading_parts(line: &str) -> (String, String) {
    let (kind, message) = line.split_once(": ").unwrap_or((line, ""));
    let is_kind = !kind.is_empty()
        && !kind.contains(char::is_whitespace)
        && !kind.contains('@')
        && kind.bytes().any(|byte| !byte.is_ascii_digit());
    if is_kind {
        (kind.to_owned(), message.to_owned())
    } else {
        Default::default()
    }
}

#[cfg(test)]
#[path = "stack_tests.rs"]
mod tests;
