//! Parses stack traces as printed by Python, JavaScript, Rust, Java and similar languages.

/// One stack frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) file: String,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
    pub(super) function: String,
}

/// An exception in a printed stack trace. Its frames start with the innermost call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) kind: String,
    pub(super) message: String,
    pub(super) frames: Vec<Frame>,
}

/// Where Safari locates all functions of modules.
const WASM_CODE: &str = "[wasm code]";

const PYTHON: &str = "Traceback (most recent call last)";

/// Returns the exception itself, then its causes.
pub(super) fn chain(text: &str) -> Vec<Part> {
    if text.contains(PYTHON) {
        // Python prints causes first.
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
    let (kind, message) = heading_parts(section.lines().next().unwrap_or_default());
    // A message in the heading may look like a frame.
    let lines = section.lines().skip(usize::from(!kind.is_empty()));
    let mut function = "";
    let frames = lines
        .filter_map(|line| frame(line, &mut function))
        .collect();
    Part {
        kind,
        message,
        frames,
    }
}

/// Parses `at f (file:1:2)`, `at file:1:2`, `f@file:1:2`, `at a.B.c(B.java:3)`, and Rust's two
/// lines `4: shop::buy` and `at src/shop.rs:3:5`. `function` is the name in the line before.
fn frame<'a>(line: &'a str, function: &mut &'a str) -> Option<Frame> {
    let text = line.trim();
    if let Some(rest) = text.strip_prefix("at ") {
        let frame = frame_at(rest, std::mem::take(function));
        // Without indentation and line number, this is a sentence of the message.
        let is_call = line != text || rest.ends_with(')') || frame.line.is_some();
        return is_call.then_some(frame);
    }
    if let Some((number, name)) = text.split_once(": ")
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        *function = name;
        return None;
    }
    let (name, location) = text.split_once('@')?;
    let frame = located(location, name);
    let is_wasm = frame.line.is_none() && location == WASM_CODE;
    (frame.line.is_some() || is_wasm).then_some(frame)
}

/// Parses the text after `at`: `f (location)`, or the location of the function `before`.
fn frame_at(rest: &str, before: &str) -> Frame {
    let inner = rest.strip_suffix(')');
    match inner.and_then(|inner| inner.rsplit_once('(')) {
        Some((name, location)) => located(location, name.trim()),
        None => located(rest, before),
    }
}

/// Parses `file:line:column` or `file:line`. Parts that are not numbers belong to the file.
fn located(location: &str, function: &str) -> Frame {
    if let Some(frame) = wasm(location, function) {
        return frame;
    }
    let number = |text: &str| text.parse::<u32>().ok();
    let last = location
        .rsplit_once(':')
        .and_then(|(rest, text)| Some((rest, number(text)?)));
    let (file, line, column) = match last {
        None => (location, None, None),
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

/// Parses `file:wasm-function[12]:0x5f3a`. The position in the file is the column of its only line, as in a browser's
/// `CallSite`. The index is no part of the file: it changes with each build, and receivers group errors by file.
fn wasm(location: &str, function: &str) -> Option<Frame> {
    let (file, call) = location.rsplit_once(":wasm-function[")?;
    let (index, position) = call.split_once("]:0x")?;
    let function = match function {
        "" => format!("wasm-function[{index}]"),
        name => name.to_owned(),
    };
    Some(Frame {
        file: file.to_owned(),
        line: Some(1),
        column: Some(u32::from_str_radix(position, 16).ok()?),
        function,
    })
}

/// Splits `kind: message`. Returns empty texts if the line is a frame.
fn heading_parts(line: &str) -> (String, String) {
    let line = without_preface(line);
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

/// Removes what runtimes print before the kind of an uncaught exception.
fn without_preface(line: &str) -> &str {
    let thread = line.strip_prefix("Exception in thread \"");
    let after_thread = thread.and_then(|rest| rest.split_once("\" "));
    let line = after_thread.map_or(line, |(_, rest)| rest);
    let prefaces = ["Uncaught (in promise) ", "Uncaught "];
    let mut stripped = prefaces
        .iter()
        .filter_map(|preface| line.strip_prefix(preface));
    stripped.next().unwrap_or(line)
}

#[cfg(test)]
mod tests;
