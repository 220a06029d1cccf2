//! Installs missing tools into one folder, which all checkouts share.
//!
//! A [`Tool`] has a name, a purpose and a usual installation time; it can find and install itself.
//! A release archive is downloaded only if its SHA-256 sum is recorded in `xtask/tools/checksums.txt`; otherwise the
//! tool is compiled from crates.io. Packages of npm and PyPI are verified by the hashes of their lock files.
//! Tools are installed while the project compiles (see [`prepare`]), because neither keeps two cores busy.

mod apt;
mod browser;
mod cargo_deny;
mod cargo_install;
mod checksums;
mod debian_std;
mod network;
mod postgres;
mod prebuilt;
mod tool;
mod trunk;
mod wasm_bindgen;
mod wasm_opt;
mod wasm_target;

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::wasm::Wasm;
use crate::{prerequisites, process, term};
pub(crate) use browser::Browser;
use tool::Tool;
pub(crate) use tool::{find_program, timed};

/// The tools that a command needs, besides a compiler for this machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// A compiler for the browser.
    pub(crate) wasm: bool,
    /// wasm-bindgen and its test runner.
    bindgen: bool,
    trunk: bool,
    /// wasm-opt.
    optimizer: bool,
    /// Chromium and chromedriver.
    pub(crate) browser: bool,
    /// clippy and rustfmt.
    pub(crate) components: bool,
    /// npm and Node.js.
    pub(crate) node: bool,
    /// Python with venv and pip.
    pub(crate) python: bool,
    /// PostgreSQL's server.
    pub(crate) postgres: bool,
}

impl Needs {
    /// Compiles and runs programs on this machine.
    pub(crate) const HOST: Self = Self {
        wasm: false,
        bindgen: false,
        trunk: false,
        optimizer: false,
        browser: false,
        components: false,
        node: false,
        python: false,
        postgres: false,
    };

    /// Lints for this machine and for the browser.
    pub(crate) const LINT: Self = Self {
        wasm: true,
        components: true,
        ..Self::HOST
    };

    /// Builds WebAssembly without trunk.
    pub(crate) const BINDGEN: Self = Self {
        wasm: true,
        bindgen: true,
        ..Self::HOST
    };

    /// Builds the pages without optimization.
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

    pub(crate) const POSTGRES: Self = Self {
        postgres: true,
        ..Self::HOST
    };

    /// Combines the needs of both.
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
            postgres: self.postgres || other.postgres,
        }
    }

    fn tools(self) -> Vec<&'static dyn Tool> {
        let all: [(bool, &dyn Tool); 5] = [
            (self.bindgen, &wasm_bindgen::WasmBindgen),
            (self.trunk, &trunk::Trunk),
            (self.optimizer, &wasm_opt::WasmOpt),
            (self.browser, &browser::BrowserPackages),
            (self.postgres, &postgres::PostgresPackage),
        ];
        let needed = all.into_iter().filter(|(is_needed, _)| *is_needed);
        needed.map(|(_, tool)| tool).collect()
    }
}

/// Installs the tools of all commands but `lint`, then lists their paths.
pub(crate) fn everything() -> Result<Wasm> {
    let needs = Needs::PAGE
        .and(Needs::OPTIMIZER)
        .and(Needs::BROWSER)
        .and(Needs::POSTGRES);
    let wasm = prepare(needs, |_, _| Ok(()))?;
    let tick = term::green("✓");
    process::print(&format!(
        "{tick} {}: {}",
        crate::wasm::TARGET,
        wasm.describe()
    ));
    for tool in needs.tools() {
        let path = tool.find()?.unwrap_or_default();
        process::print(&format!("{tick} {}: {}", tool.name()?, path.display()));
    }
    Ok(wasm)
}

/// Checks the prerequisites and installs the missing tools of `needs`. Runs `meanwhile` as soon as there is a compiler
/// for the browser.
///
/// The argument of `meanwhile` says whether tools are being installed at the same time.
pub(crate) fn prepare(
    needs: Needs,
    meanwhile: impl FnOnce(&Wasm, bool) -> Result<()>,
) -> Result<Wasm> {
    prerequisites::check(needs)?;
    let missing = missing(needs);
    let mut compiler = None;
    process::in_parallel(
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

/// Checks the prerequisites and installs the missing tools of `needs`, for commands without a compiler for the browser.
pub(crate) fn prepare_host(needs: Needs) -> Result<()> {
    prerequisites::check(needs)?;
    install(&missing(needs))
}

fn missing(needs: Needs) -> Vec<&'static dyn Tool> {
    let tools = needs.tools().into_iter();
    tools.filter(|tool| tool::is_missing(*tool)).collect()
}

fn install(tools: &[&dyn Tool]) -> Result<()> {
    for tool in tools {
        tool::install(*tool)?;
    }
    cargo_install::clean_up()
}

/// Installs cargo-deny if it is missing, and returns its path.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    let tool = cargo_deny::CargoDeny;
    if tool::is_missing(&tool) {
        install(&[&tool])?;
    }
    tool.find()?.context("cargo-deny was not found")
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
    fn needs_select_their_tools_only() {
        assert!(names(Needs::HOST).is_empty());
        assert!(names(Needs::LINT).is_empty());
        assert_eq!(
            names(Needs::BINDGEN.and(Needs::BROWSER)),
            ["wasm-bindgen", "chromium"]
        );
        assert_eq!(names(Needs::POSTGRES), ["PostgreSQL"]);
        assert_eq!(names(Needs::PAGE), ["wasm-bindgen", "trunk"]);
        let shipped = Needs::PAGE.and(Needs::OPTIMIZER);
        assert_eq!(names(shipped), ["wasm-bindgen", "trunk", "wasm-opt"]);
    }
}
