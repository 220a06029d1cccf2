//! Installing what is missing: each tool once, into one folder, without touching what is there.
//!
//! A tool is a [`Tool`]: it says what it is, why it is needed and how long it usually takes, finds itself, and
//! installs itself. Prebuilt binaries are tried first; where none can be reached, the tool is compiled.
//! Tools are installed side by side with the compilers' work (see [`prepare`]), as neither keeps two cores busy.

mod apt;
mod browser;
mod cargo_install;
mod debian_std;
mod prebuilt;
mod tool;
mod trunk;
mod wasm_bindgen;
mod wasm_opt;
mod wasm_target;

use anyhow::Result;

use crate::process;
use crate::term;
use crate::wasm::Wasm;
pub(crate) use browser::Browser;
use tool::Tool;
pub(crate) use tool::timed;

/// What a command cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// A page to develop with.
    Page,
    /// A page to ship.
    OptimisedPage,
    /// Optimised pages and a browser to test in.
    Everything,
}

impl Needs {
    fn tools(self) -> Vec<&'static dyn Tool> {
        let mut tools: Vec<&dyn Tool> = vec![&wasm_bindgen::WasmBindgen, &trunk::Trunk];
        if self != Self::Page {
            tools.push(&wasm_opt::WasmOpt);
        }
        if self == Self::Everything {
            tools.push(&browser::BrowserPackages);
        }
        tools
    }
}

/// Installs every tool any command needs, then lists where they are.
pub(crate) fn everything() -> Result<Wasm> {
    let wasm = prepare(Needs::Everything, |_, _| Ok(()))?;
    let tick = term::green("✓");
    process::say(&format!(
        "{tick} {}: {}",
        crate::wasm::TARGET,
        wasm.describe()
    ));
    for tool in Needs::Everything.tools() {
        let path = tool.find()?.unwrap_or_default();
        process::say(&format!("{tick} {}: {}", tool.name()?, path.display()));
    }
    Ok(wasm)
}

/// Installs what is missing for `needs`, and does `meanwhile` as soon as there is a compiler.
///
/// `meanwhile` learns whether tools are still being installed beside it.
pub(crate) fn prepare(
    needs: Needs,
    meanwhile: impl FnOnce(&Wasm, bool) -> Result<()>,
) -> Result<Wasm> {
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
