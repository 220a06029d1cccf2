//! Imports files, one after the other, and collects the reports.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::{File, FileList};
use yew::{
    Callback,
    functional::{Reducible, UseReducerDispatcher, use_callback, use_reducer},
    hook,
};

use crate::gateway::{self, Error, ImportReport};

/// The number of reports that are kept.
const MAX_REPORTS: usize = 50;

/// The import of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Import {
    pub(crate) number: u32,
    pub(crate) file: String,
    pub(crate) state: ImportState,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ImportState {
    Running,
    Done(Rc<ImportReport>),
    Failed(Error),
}

/// The imports of this page, newest first, and the callback that starts others.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Imports {
    pub(crate) all: Rc<Vec<Import>>,
    pub(crate) start: Callback<Vec<File>>,
}

#[derive(Default)]
struct State {
    last_number: u32,
    all: Rc<Vec<Import>>,
}

enum Action {
    /// Imports of these files, with their numbers.
    Start(Vec<(u32, String)>),
    Finish(u32, Result<ImportReport, Error>),
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut all = (*self.all).clone();
        let mut last_number = self.last_number;
        match action {
            Action::Start(files) => {
                for (number, file) in files {
                    last_number = last_number.max(number);
                    let state = ImportState::Running;
                    all.insert(
                        0,
                        Import {
                            number,
                            file,
                            state,
                        },
                    );
                }
                all.truncate(MAX_REPORTS);
            }
            Action::Finish(number, result) => {
                let found = all.iter_mut().find(|import| import.number == number);
                if let Some(import) = found {
                    import.state = match result {
                        Ok(report) => ImportState::Done(Rc::new(report)),
                        Err(error) => ImportState::Failed(error),
                    };
                }
            }
        }
        Rc::new(Self {
            last_number,
            all: Rc::new(all),
        })
    }
}

#[hook]
pub(crate) fn use_imports() -> Imports {
    let state = use_reducer(State::default);
    let dispatch = state.dispatcher();
    let start = use_callback(state.last_number, move |files: Vec<File>, last_number| {
        let numbered = (last_number + 1..).zip(files);
        let numbered: Vec<(u32, File)> = numbered.collect();
        let names = numbered.iter().map(|(number, file)| (*number, file.name()));
        dispatch.dispatch(Action::Start(names.collect()));
        spawn_local(import_all(numbered, dispatch.clone()));
    });
    Imports {
        all: Rc::clone(&state.all),
        start,
    }
}

async fn import_all(files: Vec<(u32, File)>, dispatch: UseReducerDispatcher<State>) {
    for (number, file) in files {
        let result = gateway::import(&file).await;
        dispatch.dispatch(Action::Finish(number, result));
    }
}

/// Returns the files that were chosen or dropped.
pub(crate) fn files_of(list: Option<FileList>) -> Vec<File> {
    let list = list.as_ref();
    let length = list.map_or(0, FileList::length);
    (0..length)
        .filter_map(|index| list.and_then(|list| list.get(index)))
        .collect()
}
