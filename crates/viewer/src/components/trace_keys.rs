//! The keyboard shortcuts of an open trace.

use trace_model::{Parent, Trace};
use yew::prelude::*;

use super::{
    collapse::{group_of, set_collapsed, toggle},
    trace_tools::{FIND_ID, select_next},
};
use crate::{
    hooks::{Key, ShownTrace, Url, use_keys},
    layout::{
        rows,
        zoom::{self, ZoomStep},
    },
    shared::Shared,
    tab::Tab,
};

/// Installs the shortcuts. Other views than the waterfall have keys of their own.
#[hook]
pub(super) fn use_trace_keys(
    url: &Url,
    trace: &Shared<Trace>,
    shown: &ShownTrace,
    on_select: &Callback<usize>,
) {
    let keys = TraceKeys {
        url: url.clone(),
        trace: trace.clone(),
        shown: shown.clone(),
        on_select: on_select.clone(),
    };
    use_keys(move |key| keys.url.view.tab == Tab::Waterfall && keys.press(key));
}

struct TraceKeys {
    url: Url,
    trace: Shared<Trace>,
    shown: ShownTrace,
    on_select: Callback<usize>,
}

impl TraceKeys {
    /// Returns whether the key has a meaning.
    fn press(&self, key: Key) -> bool {
        let Some(selected) = self.shown.selected else {
            return false;
        };
        match key {
            Key::Down => self.select(rows::neighbor(&self.shown.rows, selected, 1)),
            Key::Up => self.select(rows::neighbor(&self.shown.rows, selected, -1)),
            Key::Left => self.collapse_or_select_parent(selected),
            Key::Right => self.expand(selected),
            Key::Enter if self.url.view.span.is_some() => self.toggle(selected),
            Key::Enter => self.select(Some(selected)),
            Key::Find => return focus_find(),
            Key::NextFound | Key::PreviousFound => return self.select_found(key),
            Key::NextError => {
                let errors = &self.shown.errors;
                select_next(errors, Some(selected), false, &self.on_select);
            }
            Key::ZoomReset => self.zoom(None),
            Key::ZoomToSpan => {
                let own = self.trace.nodes()[selected].interval();
                self.zoom(zoom::of_interval(&self.trace, own));
            }
            Key::ZoomIn => self.step(ZoomStep::In),
            Key::ZoomOut => self.step(ZoomStep::Out),
            Key::PanLeft => self.step(ZoomStep::Left),
            Key::PanRight => self.step(ZoomStep::Right),
            _ => return false,
        }
        true
    }

    fn select(&self, index: Option<usize>) {
        if let Some(index) = index {
            self.on_select.emit(index);
        }
    }

    fn select_found(&self, key: Key) -> bool {
        let Some(found) = self.shown.found.as_ref() else {
            return false;
        };
        let is_backward = key == Key::PreviousFound;
        select_next(
            &found.spans,
            self.shown.selected,
            is_backward,
            &self.on_select,
        );
        true
    }

    fn zoom(&self, zoom: Option<(u64, u64)>) {
        self.url.replace(&self.url.view.with_zoom(zoom));
    }

    fn step(&self, step: ZoomStep) {
        let selected = self.shown.selected.map(|index| {
            let own = self.trace.nodes()[index].interval();
            own.start + own.duration() / 2
        });
        let shown = self.shown.axis.shown;
        let center = selected.unwrap_or(shown.start);
        self.zoom(zoom::step(&self.trace, shown, center, step));
    }

    /// Returns the first span of the group that has a row of its own, if the span is in one.
    fn group(&self, index: usize) -> Option<usize> {
        group_of(&self.shown.groups, index).map(|group| group.nodes[0])
    }

    fn toggle(&self, index: usize) {
        match self.group(index) {
            Some(first) => toggle(&self.url, &self.trace, first),
            None if self.trace.nodes()[index].descendants > 0 => {
                toggle(&self.url, &self.trace, index);
            }
            None => {}
        }
    }

    fn expand(&self, index: usize) {
        match self.group(index) {
            Some(first) if !self.shown.collapsed.is_group_open(first) => self.toggle(index),
            _ => set_collapsed(&self.url, &self.trace, &self.shown.collapsed, index, false),
        }
    }

    /// The left arrow key, as in other tree views.
    fn collapse_or_select_parent(&self, index: usize) {
        let collapsed = &self.shown.collapsed;
        let node = &self.trace.nodes()[index];
        if node.descendants > 0 && !collapsed.contains(index) {
            set_collapsed(&self.url, &self.trace, collapsed, index, true);
        } else if let Parent::Node(parent) = node.parent {
            self.on_select.emit(parent);
        }
    }
}

fn focus_find() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    let input = document.and_then(|document| document.get_element_by_id(FIND_ID));
    let input =
        input.and_then(|input| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(input).ok());
    input.is_some_and(|input| input.focus().is_ok())
}
