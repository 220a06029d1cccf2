//! The frames of WebAssembly functions, as browsers print them.

use crate::build_id::BuildId;

const FUNCTION: &str = "wasm-function[";

/// A frame without a function name.
///
/// | browser | frame |
/// |---|---|
/// | Chromium | `    at URL:wasm-function[12]:0x5f3a`, `    at MODULE (URL:wasm-function[12]:0x5f3a)` |
/// | Firefox | `wasm-function[12]@URL:wasm-function[12]:0x5f3a`, `MODULE.@URL:wasm-function[12]:0x5f3a` |
/// | Safari | `<?>.wasm-function[12]@[wasm code]`, `MODULE.wasm-function[12]@[wasm code]` |
///
/// `MODULE` is the name of the module, which is its build id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// What is printed before the name.
    start: &'a str,
    /// Where the call is, as it is printed.
    location: &'a str,
    /// Whether the name comes first, and then an `@`.
    is_gecko: bool,
    /// The build in the name of the module.
    pub(crate) build_id: Option<BuildId>,
    /// Where the module was loaded from. Empty in Safari.
    pub(crate) url: &'a str,
    /// The index of the function.
    pub(crate) index: u32,
    /// The position of the call in the module, which Safari does not print.
    pub(crate) position: Option<u32>,
}

impl<'a> Frame<'a> {
    /// Parses a line of a stack trace. Returns `None` for other lines, and for frames with a name.
    pub(crate) fn parse(line: &'a str) -> Option<Self> {
        if !line.contains(FUNCTION) {
            return None;
        }
        let text = line.trim_start();
        let indent = line.len() - text.len();
        match text.strip_prefix("at ") {
            Some(call) => Self::chromium(&line[..indent + 3], call.trim_end()),
            None => Self::gecko(&line[..indent], text.trim_end()),
        }
    }

    fn chromium(start: &'a str, call: &'a str) -> Option<Self> {
        let named = call.strip_suffix(')').and_then(|it| it.split_once(" ("));
        let (name, location) = named.unwrap_or(("", call));
        let build_id = if name.is_empty() {
            None
        } else {
            Some(name.parse().ok()?)
        };
        let mut frame = Self::at(location)?;
        (frame.start, frame.build_id) = (start, build_id);
        Some(frame)
    }

    fn gecko(start: &'a str, call: &'a str) -> Option<Self> {
        let (name, location) = call.split_once('@')?;
        let (module, function) = match name.rsplit_once('.') {
            Some((module, function)) => (module, function),
            None => ("", name),
        };
        let mut frame = Self::at(location).or_else(|| Self::at(function))?;
        let has_function_name = !function.is_empty() && Self::at(function).is_none();
        let build_id = module.parse().ok();
        // Safari's name of a module without one.
        let is_unnamed = build_id.is_some() || matches!(module, "" | "<?>");
        if has_function_name || !is_unnamed {
            return None;
        }
        frame.start = start;
        frame.build_id = build_id;
        frame.location = location;
        frame.is_gecko = true;
        Some(frame)
    }

    /// Parses `URL:wasm-function[12]:0x5f3a` or `wasm-function[12]`.
    fn at(location: &'a str) -> Option<Self> {
        let (url, rest) = location.rsplit_once(FUNCTION)?;
        let (index, rest) = rest.split_once(']')?;
        let position = match rest {
            "" => None,
            _ => Some(u32::from_str_radix(rest.strip_prefix(":0x")?, 16).ok()?),
        };
        Some(Self {
            start: "",
            location,
            is_gecko: false,
            build_id: None,
            url: url.strip_suffix(':').unwrap_or(url),
            index: index.parse().ok()?,
            position,
        })
    }

    /// Returns the line with the name of the function.
    pub(crate) fn with_name(&self, name: &str) -> String {
        let Self {
            start, location, ..
        } = self;
        if self.is_gecko {
            format!("{start}{name}@{location}")
        } else {
            format!("{start}{name} ({location})")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3f2a9c1b44d0e8f7";
    const URL: &str = "https://a.example/shop (1)_bg.wasm?v=@2";

    fn check(line: &str, has_id: bool, url: &str, position: Option<u32>, named: &str) {
        let line = line.replace("ID", ID).replace("URL", URL);
        let frame = Frame::parse(&line).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(
            frame.build_id,
            has_id.then(|| ID.parse().unwrap()),
            "{line}"
        );
        assert_eq!(frame.url, url.replace("URL", URL), "{line}");
        assert_eq!((frame.index, frame.position), (12, position), "{line}");
        let named = named.replace("URL", URL);
        assert_eq!(frame.with_name("shop::buy::<[u8; 2]>"), named);
    }

    #[test]
    fn chromium_frames_are_read() {
        let named = "    at shop::buy::<[u8; 2]> (URL:wasm-function[12]:0x5f3a)";
        let position = Some(0x5f3a);
        let with_id = "    at ID (URL:wasm-function[12]:0x5f3a)";
        check(with_id, true, "URL", position, named);
        let without = "    at https://a.example/a.wasm:wasm-function[12]:0x5f3a";
        let named =
            "    at shop::buy::<[u8; 2]> (https://a.example/a.wasm:wasm-function[12]:0x5f3a)";
        check(without, false, "https://a.example/a.wasm", position, named);
    }

    #[test]
    fn firefox_frames_are_read() {
        let named = "shop::buy::<[u8; 2]>@URL:wasm-function[12]:0x5f3a";
        for (name, has_id) in [
            ("", false),
            ("wasm-function[12]", false),
            ("ID.", true),
            ("ID.wasm-function[12]", true),
        ] {
            let line = format!("{name}@URL:wasm-function[12]:0x5f3a");
            check(&line, has_id, "URL", Some(0x5f3a), named);
        }
    }

    #[test]
    fn safari_frames_are_read() {
        let named = "shop::buy::<[u8; 2]>@[wasm code]";
        check("ID.wasm-function[12]@[wasm code]", true, "", None, named);
        check("<?>.wasm-function[12]@[wasm code]", false, "", None, named);
    }

    #[test]
    fn other_lines_are_no_frames_without_a_name() {
        for line in [
            "",
            "RuntimeError: unreachable",
            "    at like (https://a.example/app.js:3:1)",
            "    at shop.wasm.shop::buy (URL:wasm-function[12]:0x5f3a)",
            "shop::buy@URL:wasm-function[12]:0x5f3a",
            "ID.shop::buy@URL:wasm-function[12]:0x5f3a",
            "<?>.wasm-function[shop::buy]@[wasm code]",
            "    at URL:wasm-function[12]:0x",
            "    at URL:wasm-function[12]:0xfffffffff",
            "    at URL:wasm-function[99999999999]:0x5f3a",
            "    at URL:wasm-function[-1]:0x5f3a",
            "    at URL:wasm-function[12",
            "wasm-function[12] was called",
        ] {
            let line = line
                .replace("ID", ID)
                .replace("URL", "https://a.example/a.wasm");
            assert_eq!(Frame::parse(&line), None, "{line}");
        }
    }
}
