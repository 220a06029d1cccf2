//! Web vitals by route, with their bands and the worst loads.

use otel_web_yew::use_route_template;
use trace_model::overview::{Band, RouteVital, RouteVitals, Vital, WebVitals};
use yew::prelude::*;

use super::{actions::PageProps, frame::Frame};
use crate::{
    components::link::Link,
    format,
    hooks::{OverviewRequest, Url, use_overview},
    text,
};

#[component]
pub(crate) fn VitalsPage(props: &PageProps) -> Html {
    use_route_template("/vitals");
    let request = OverviewRequest::of(&props.url, "api/vitals", "/api/vitals");
    let overview = use_overview::<WebVitals>(request, props.is_live);
    let data = overview.state.data.clone();
    let note = html! { "The value that 75 % of the loads do not exceed, by route" };
    html! {
        <Frame url={props.url.clone()} title={html! { "Web vitals" }} {note} is_loaded={data.is_some()}
            coverage={data.as_ref().map(|data| data.coverage).unwrap_or_default()} error={overview.state.error.clone()}
            has_pending={overview.state.pending.is_some()} on_retry={overview.retry} on_show_pending={overview.show_pending} on_freeze={overview.freeze}>
            if let Some(data) = data {
                if data.routes.is_empty() {
                    <p class="note">{ "No web vitals in this time range. They are attributes such as browser.web_vital.lcp.value of the page’s spans." }</p>
                } else {
                    for route in &data.routes {
                        { section(&props.url, route) }
                    }
                }
            }
        </Frame>
    }
}

fn section(url: &Url, route: &RouteVitals) -> Html {
    html! {
        <section key={format!("{} {}", route.service, route.route)} class="route-vitals" aria-label={text::isolated(&route.route)}>
            <h2>{ text::name(&route.route) }<span class="muted">{ " " }{ text::name(&route.service) }</span></h2>
            <div class="table-scroll">
                <table class="figures-table">
                    <thead><tr>
                        <th scope="col">{ "Vital" }</th><th scope="col" class="number">{ "p75" }</th>
                        <th scope="col">{ "Loads" }</th><th scope="col" class="wide">{ "Trend" }</th>
                        <th scope="col">{ "Worst loads" }</th>
                    </tr></thead>
                    <tbody>{ for route.vitals.iter().map(|vital| row(url, vital)) }</tbody>
                </table>
            </div>
        </section>
    }
}

fn row(url: &Url, vital: &RouteVital) -> Html {
    let (class, word) = band(vital.band);
    html! {
        <tr key={vital.vital.name()}>
            <th scope="row"><abbr title={long_name(vital.vital)}>{ vital.vital.name().to_uppercase() }</abbr></th>
            <td class="number"><span class={classes!("vital", class)} title={word}>{ value(vital.vital, vital.p75) }<span class="visually-hidden">{ ", " }{ word }</span></span></td>
            <td>{ bands(vital) }</td>
            <td class="wide">{ trend(vital) }</td>
            <td>{ worst(url, vital) }</td>
        </tr>
    }
}

fn bands(vital: &RouteVital) -> Html {
    let [good, medium, poor] = vital.bands;
    let text = format!(
        "{} good, {} need improvement, {} poor",
        format::count(good),
        format::count(medium),
        format::count(poor)
    );
    let part = |class: &'static str, count: u64| {
        html! {
            if count > 0 {
                <i class={class} style={format!("flex-grow:{count}")} />
            }
        }
    };
    html! {
        <span class="bands" title={text.clone()}>
            <span class="bands-bar" aria-hidden="true">{ part("good", good) }{ part("medium", medium) }{ part("poor", poor) }</span>
            <span class="visually-hidden">{ text }</span>
            <span class="muted" aria-hidden="true">{ format::count(vital.count) }</span>
        </span>
    }
}

fn trend(vital: &RouteVital) -> Html {
    let values = vital.trend.iter().map(|value| value.unwrap_or_default());
    let max = values.clone().fold(f64::MIN_POSITIVE, f64::max);
    let counts: Vec<u32> = values.map(|value| (value / max * 1_000.0) as u32).collect();
    super::actions::sparkline(&counts)
}

fn worst(url: &Url, vital: &RouteVital) -> Html {
    let load = |load: &trace_model::overview::WorstLoad| {
        let attribution = load.attribution.iter();
        let attribution: Vec<_> = attribution
            .map(|(key, value)| format!("{key} {value}"))
            .collect();
        html! {
            <li key={load.trace_id.to_string()}>
                <Link url={url.clone()} view={url.view.with_trace(load.trace_id)}>{ value(vital.vital, load.value) }</Link>
                { " " }<span class="muted">{ text::name(&attribution.join(", ")) }</span>
            </li>
        }
    };
    html! { <ul class="worst">{ for vital.worst.iter().map(load) }</ul> }
}

/// The class and the word of a band.
pub(super) const fn band(band: Band) -> (&'static str, &'static str) {
    match band {
        Band::Good => ("good", "good"),
        Band::NeedsImprovement => ("medium", "needs improvement"),
        Band::Poor => ("poor", "poor"),
    }
}

pub(super) fn value(vital: Vital, value: f64) -> String {
    match vital {
        Vital::Cls => format!("{value:.3}"),
        _ => format::duration((value * 1e6) as u64),
    }
}

const fn long_name(vital: Vital) -> &'static str {
    match vital {
        Vital::Lcp => "Largest Contentful Paint",
        Vital::Inp => "Interaction to Next Paint",
        Vital::Cls => "Cumulative Layout Shift",
        Vital::Fcp => "First Contentful Paint",
        Vital::Ttfb => "Time to First Byte",
    }
}
