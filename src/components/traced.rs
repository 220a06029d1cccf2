//! A badge in a corner of the page with links to the last traces of this tab. Only with the feature `viewer-links`.

use std::time::Duration;

use web_sys::CssStyleSheet;
use yew::prelude::*;

use crate::hooks::{Trace, use_traces};

/// Not in index.html, because builds for production have no badge.
const STYLE: &str = include_str!("../../www/styles/traced.css");

#[component]
pub(crate) fn Traced() -> Html {
    let traces = use_traces();
    use_effect_with((), |()| {
        // Without it, the list is at the end of the page.
        let _ = add_style();
    });
    // Ignored by telemetry: traces of these clicks would displace those that the user looks for.
    html! {
        <aside class="traced" aria-label="Traces" data-otel-ignore="">
            <details>
                <summary>{ "traced" }</summary>
                <p>{ "Each action in this tab is one trace. These are the last ten, newest first." }</p>
                <ol>{ for traces.iter().map(trace) }</ol>
            </details>
        </aside>
    }
}

fn trace(trace: &Trace) -> Html {
    html! {
        <li key={trace.url.clone()}>
            <a href={trace.url.clone()} target="_blank" rel="noopener">{ &trace.name }</a>
            { " " }<span>{ duration(trace.duration) }</span>
        </li>
    }
}

fn duration(duration: Duration) -> String {
    match duration.as_millis() {
        ms if ms < 1_000 => format!("{ms} ms"),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

/// Adds the style in a way that the page's content security policy allows.
fn add_style() -> Option<()> {
    let document = web_sys::window()?.document()?;
    let sheet = CssStyleSheet::new().ok()?;
    sheet.replace_sync(STYLE).ok()?;
    let sheets = document
        .adopted_style_sheets()
        .concat(&js_sys::Array::of1(&sheet));
    document.set_adopted_style_sheets(&sheets);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_is_in_seconds_from_one_second_on() {
        assert_eq!(duration(Duration::from_micros(12_900)), "12 ms");
        assert_eq!(duration(Duration::from_millis(1_250)), "1.2 s");
    }
}
