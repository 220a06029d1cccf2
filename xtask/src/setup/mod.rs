//! Installing what is missing: each tool once, into one folder, without touching what is there.
//!
//! A tool is a [`Tool`]: it says what it is, why it is needed and how long it usually takes, finds itself, and
//! installs itself. Prebuilt binaries are tried first; where none can be reached, the tool is compiled.
//! Tools are installed side by side with the compilers' work (see [`prepare`]), as neither keeps two cores busy.

mod apt;
mod browser;
mod cargo_install;
mod debian_std;
mod network;
mod prebuilt;
mod tool;
mod trunk;
mod wasm_bindgen;
mod wasm_opt;
mod wasm_target;

use anyhow::Result;

use crate::wasm::Wasm;
use crate::{prerequisites, process, term};
pub(crate) use browser::Browser;
use tool::Tool;
pub(crate) use tool::{find_program, timed};

/// What a command cannot do without, besides a compiler for this machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// A compiler for the browser.
    pub(crate) wasm: bool,
    /// wasm-bindgen, which also runs tests.
    bindgen: bool,
    /// trunk.
    trunk: bool,
    /// wasm-opt.
    optimizer: bool,
    /// A browser to test in.
    pub(crate) browser: bool,
    /// clippy and rustfmt.
    pub(crate) components: bool,
    /// npm and node.
    pub(crate) node: bool,
    /// Python with venv and pip.
    pub(crate) python: bool,
}

impl Needs {
    /// Programs for this machine.
    pub(crate) const HOST: Self = Self {
        wasm: false,
        bindgen: false,
        trunk: false,
        optimizer: false,
        browser: false,
        components: false,
        node: false,
        python: false,
    };

    /// Lints, for both sides.
    pub(crate) const LINT: Self = Self {
        wasm: true,
        components: true,
        ..Self::HOST
    };

    /// WebAssembly that is bound without trunk.
    pub(crate) const BINDGEN: Self = Self {
        wasm: true,
        bindgen: true,
        ..Self::HOST
    };

    /// A page to develop with.
    pub(crate) const PAGE: Self = Self {
        trunk: true,
        ..Self::BINDGEN
    };

    pub(crate) const OPTIMIZER: Self = Self {
        optimizer: true,
        ..Self::HOST
    };

    pub(crate) const BROWSER: Self = Self {
        browser: true,
        ..Self::HOST
    };

    pub(crate) const NODE: Self = Self {
        node: true,
        ..Self::HOST
    };

    pub(crate) const PYTHON: Self = Self {
        python: true,
        ..Self::HOST
    };

    /// What both need.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            wasm: self.wasm || other.wasm,
            bindgen: self.bindgen || other.bindgen,
            trunk: self.trunk || other.trunk,
            optimizer: self.optimizer || other.optimizer,
            browser: self.browser || other.browser,
            components: self.components || other.components,
            node: self.node || other.node,
            python: self.python || other.python,
        }
    }

    fn tools(self) -> Vec<&'static dyn Tool> {
        let all: [(bool, &dyn Tool); 4] = [
            (self.bindgen, &wasm_bindgen::WasmBindgen),
            (self.trunk, &trunk::Trunk),
            (self.optimizer, &wasm_opt::WasmOpt),
            (self.browser, &browser::BrowserPackages),
        ];
        let needed = all.into_iter().filter(|(is_needed, _)| *is_needed);
        needed.map(|(_, tool)| tool).collect()
    }
}

/// Installs every tool any command needs, then lists where they are.
pub(crate) fn everything() -> Result<Wasm> {
    let needs = Needs::PAGE.and(Needs::OPTIMIZER).and(Needs::BROWSER);
    let wasm = prepare(needs, |_, _| Ok(()))?;
    let tick = term::green("✓");
    process::say(&format!(
        "{tick} {}: {}",
        crate::wasm::TARGET,
        wasm.describe()
    ));
    for tool in needs.tools() {
        let path = tool.find()?.unwrap_or_default();
        process::say(&format!("{tick} {}: {}", tool.name()?, path.display()));
    }
    Ok(wasm)
}

/// Checks the machine, installs what is missing for `needs`, and does `meanwhile` as soon as there is a compiler for
/// the browser.
///
/// `meanwhile` learns whether tools are still being installed beside it.
pub(crate) fn prepare(
    needs: Needs,
    meanwhile: impl FnOnce(&Wasm, bool) -> Result<()>,
) -> Result<Wasm> {
    prerequisites::check(needs)?;
    let missing: Vec<_> = needs
        .tools()
        .into_iter()
        .filter(|tool| tool::is_missing(*tool))
        .collect();
    let mut compiler = None;
    process::both(
        || install(&missing),
        || {
            let wasm = wasm_target::ensure()?;
            meanwhile(&wasm, !missing.is_empty())?;
            compiler = Some(wasm);
            Ok(())
        },
    )?;
    compiler.map_or_else(wasm_target::ensure, Ok)
}

fn install(tools: &[&dyn Tool]) -> Result<()> {
    for tool in tools {
        tool::install(*tool)?;
    }
    cargo_install::clean_up()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(needs: Needs) -> Vec<String> {
        let tools = needs.tools().into_iter();
        tools
            .map(|tool| tool.name().unwrap())
            .map(|name| name.split(' ').next().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn each_command_sets_up_what_it_needs_and_no_more() {
        assert!(names(Needs::HOST).is_empty());
        assert!(names(Needs::LINT).is_empty());
        assert_eq!(
            names(Needs::BINDGEN.and(Needs::BROWSER)),
            ["wasm-bindgen", "chromium"]
        );
        assert_eq!(names(Needs::PAGE), ["wasm-bindgen", "trunk"]);
        let shipped = Needs::PAGE.and(Needs::OPTIMIZER);
        assert_eq!(names(shipped), ["wasm-bindgen", "trunk", "wasm-opt"]);
    }
}
