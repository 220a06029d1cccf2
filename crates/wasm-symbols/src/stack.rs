//! Puts function names into stack traces.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::build_id::BuildId;
use crate::frame::Frame;
use crate::symbols::Symbols;

/// Returns whether the text may have frames for [`resolve`].
#[must_use]
pub fn has_frames(stack: &str) -> bool {
    stack.lines().any(|line| Frame::parse(line).is_some())
}

/// Returns the builds of the modules in a stack trace.
#[must_use]
pub fn build_ids(stack: &str) -> BTreeSet<BuildId> {
    let frames = stack.lines().filter_map(Frame::parse);
    frames.filter_map(|frame| frame.build_id).collect()
}

/// Puts function names into the frames of a stack trace. Returns `None` if that changes nothing.
///
/// `find` returns the symbols of a build, and is called once for each. `page` is the build that the page has named, for frames
/// whose browser does not print it. They may be of another module of the page, so they get names only if each position from
/// the same URL is in the function of its index.
pub fn resolve(
    stack: &str,
    page: Option<BuildId>,
    find: &mut dyn FnMut(BuildId) -> Option<Arc<Symbols>>,
) -> Option<String> {
    let mut known = Known {
        find,
        symbols: BTreeMap::new(),
    };
    let others = match page {
        Some(page) => known.other_modules(stack, page),
        None => BTreeSet::new(),
    };
    let mut is_changed = false;
    let lines = stack.split('\n').map(|line| {
        let named = Frame::parse(line).and_then(|frame| {
            let page = page.filter(|_| !others.contains(frame.url));
            known.named(&frame, page)
        });
        is_changed |= named.is_some();
        named.unwrap_or_else(|| line.to_owned())
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    is_changed.then_some(text)
}

/// The symbols that a stack trace needs.
struct Known<'a> {
    find: &'a mut dyn FnMut(BuildId) -> Option<Arc<Symbols>>,
    symbols: BTreeMap<BuildId, Option<Arc<Symbols>>>,
}

impl Known<'_> {
    fn symbols(&mut self, id: BuildId) -> Option<Arc<Symbols>> {
        let find = &mut self.find;
        self.symbols.entry(id).or_insert_with(|| find(id)).clone()
    }

    /// Returns the line with the name of the function, if it has one.
    fn named(&mut self, frame: &Frame<'_>, page: Option<BuildId>) -> Option<String> {
        let symbols = match frame.build_id {
            Some(id) => self.symbols(id),
            // Without a position, nothing shows that the frame is of this module.
            None => frame.position.and(page).and_then(|id| self.symbols(id)),
        }?;
        let name = symbols.name(frame.index, frame.position)?;
        Some(frame.with_name(name))
    }

    /// Returns the URLs from which other modules than the page's were loaded.
    fn other_modules<'a>(&mut self, stack: &'a str, page: BuildId) -> BTreeSet<&'a str> {
        let Some(symbols) = self.symbols(page) else {
            return BTreeSet::new();
        };
        let frames = stack.lines().filter_map(Frame::parse);
        let unmarked = frames.filter(|frame| frame.build_id.is_none());
        let others = unmarked.filter(|frame| {
            let function = symbols.function(frame.index, frame.position);
            function.is_none()
        });
        others.map(|frame| frame.url).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::Function;

    const ID: &str = "3f2a9c1b44d0e8f7";
    const OTHER_ID: &str = "aaaaaaaaaaaaaaaa";

    fn id(text: &str) -> BuildId {
        text.parse().unwrap()
    }

    /// Functions 3 and 4, and the code of 3 is at 0x10 to 0x1f.
    fn symbols() -> Arc<Symbols> {
        let function = |index, code, name: &str| Function {
            index,
            code,
            name: name.to_owned(),
        };
        let functions = vec![
            function(3, 0x10..0x20, "shop::buy"),
            function(4, 0x20..0x30, "shop::pay"),
        ];
        Arc::new(Symbols::new(id(ID), functions))
    }

    fn resolved(stack: &str, page: Option<&str>) -> Option<String> {
        let find = &mut |found: BuildId| (found == id(ID)).then(symbols);
        resolve(stack, page.map(id), find)
    }

    #[test]
    fn each_frame_gets_the_name_from_its_own_build() {
        let stack = "Error: out\n    at 3f2a9c1b44d0e8f7 (a.wasm:wasm-function[3]:0x12)\n    at f (a.js:1:2)\n    \
                     at aaaaaaaaaaaaaaaa (b.wasm:wasm-function[3]:0x12)\n    at 3f2a9c1b44d0e8f7 (a.wasm:wasm-function[4]:0x20)\n";
        let expected = "Error: out\n    at shop::buy (a.wasm:wasm-function[3]:0x12)\n    at f (a.js:1:2)\n    \
                     at aaaaaaaaaaaaaaaa (b.wasm:wasm-function[3]:0x12)\n    at shop::pay (a.wasm:wasm-function[4]:0x20)\n";
        assert_eq!(resolved(stack, None).as_deref(), Some(expected));
        assert_eq!(resolved(stack, Some(OTHER_ID)).as_deref(), Some(expected));
        assert_eq!(build_ids(stack), BTreeSet::from([id(ID), id(OTHER_ID)]));
    }

    #[test]
    fn frame_without_a_build_gets_a_name_from_the_build_of_the_page() {
        let stack = "@a.wasm:wasm-function[3]:0x12\n@a.wasm:wasm-function[4]:0x2f";
        let expected =
            "shop::buy@a.wasm:wasm-function[3]:0x12\nshop::pay@a.wasm:wasm-function[4]:0x2f";
        assert_eq!(resolved(stack, Some(ID)).as_deref(), Some(expected));
        assert_eq!(resolved(stack, None), None);
        assert_eq!(resolved(stack, Some(OTHER_ID)), None);
    }

    #[test]
    fn frame_of_another_module_or_build_gets_no_name() {
        for stack in [
            // A position outside of the function.
            "    at 3f2a9c1b44d0e8f7 (a.wasm:wasm-function[3]:0x20)",
            // An imported function, and one that the module does not have.
            "3f2a9c1b44d0e8f7.wasm-function[0]@[wasm code]",
            "3f2a9c1b44d0e8f7.wasm-function[9]@[wasm code]",
            // Nothing shows the module.
            "<?>.wasm-function[3]@[wasm code]",
            // One of two frames does not fit.
            "@b.wasm:wasm-function[3]:0x12\n@b.wasm:wasm-function[4]:0x99",
            "",
        ] {
            assert_eq!(resolved(stack, Some(ID)), None, "{stack}");
        }
        let stack = "@a.wasm:wasm-function[3]:0x12\n@b.wasm:wasm-function[3]:0x99";
        let named = "shop::buy@a.wasm:wasm-function[3]:0x12\n@b.wasm:wasm-function[3]:0x99";
        assert_eq!(resolved(stack, Some(ID)).as_deref(), Some(named));
    }

    #[test]
    fn symbols_are_found_once_for_each_build() {
        let stack = "    at 3f2a9c1b44d0e8f7 (a.wasm:wasm-function[3]:0x12)\n".repeat(100);
        let mut calls = 0;
        let find = &mut |_| {
            calls += 1;
            None
        };
        assert_eq!(resolve(&stack, Some(id(ID)), find), None);
        assert_eq!(calls, 1);
    }

    #[test]
    fn text_without_frames_is_recognized() {
        assert!(has_frames("a\n<?>.wasm-function[3]@[wasm code]"));
        assert!(!has_frames("wasm-function[3]"));
    }
}
