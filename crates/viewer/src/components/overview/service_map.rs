//! The service map: the calls between browser, services, databases and hosts.

use otel_web_yew::use_route_template;
use trace_model::{
    overview::{MapEdge, MapNode, Place, PlaceKind, ServiceMap},
    query::{Condition, Term},
};
use yew::prelude::*;

use super::{
    actions::{PageProps, percent, rate},
    frame::Frame,
};
use crate::{
    components::link::Link,
    format,
    hooks::{OverviewRequest, Url, use_overview},
    overview_state::OverviewPage,
    query,
    route::View,
    text,
};

/// The size of a node, in the units of the picture.
const NODE_WIDTH: f64 = 168.0;
const NODE_HEIGHT: f64 = 46.0;
const COLUMN: f64 = 290.0;
const ROW: f64 = 74.0;

/// Places in the picture. The table has all.
const MAX_DRAWN: usize = 40;

#[component]
pub(crate) fn ServiceMapPage(props: &PageProps) -> Html {
    use_route_template("/map");
    let request = OverviewRequest::of(&props.url, "api/map", "/api/map");
    let overview = use_overview::<ServiceMap>(request, props.is_live);
    let data = overview.state.data.clone();
    let note = data.as_ref().map(|map| {
        let traces = format::quantity(usize::try_from(map.traces).unwrap_or(usize::MAX), "trace");
        html! { format!("Who calls whom in {traces}: the bar of a place is its part of the time") }
    });
    html! {
        <Frame url={props.url.clone()} title={html! { "Service map" }} note={note.unwrap_or_default()} is_loaded={data.is_some()}
            coverage={data.as_ref().map(|data| data.coverage).unwrap_or_default()} error={overview.state.error.clone()}
            has_pending={overview.state.pending.is_some()} on_retry={overview.retry} on_show_pending={overview.show_pending} on_freeze={overview.freeze}>
            if let Some(map) = data {
                if map.nodes.is_empty() {
                    <p class="note">{ "No traces in this time range." }</p>
                } else {
                    { picture(&props.url, &map) }
                    { edges(&props.url, &map.edges) }
                    { nodes(&map.nodes) }
                }
            }
        </Frame>
    }
}

/// A place in the picture.
struct Drawn<'a> {
    node: &'a MapNode,
    column: usize,
    row: usize,
}

impl Drawn<'_> {
    const fn x(&self) -> f64 {
        self.column as f64 * COLUMN
    }

    const fn y(&self) -> f64 {
        self.row as f64 * ROW
    }
}

/// Places each node to the right of the nodes that call it.
fn layout(map: &ServiceMap) -> Vec<Drawn<'_>> {
    let nodes: Vec<_> = map.nodes.iter().take(MAX_DRAWN).collect();
    let mut columns: Vec<usize> = nodes
        .iter()
        .map(|node| usize::from(node.place.kind != PlaceKind::Browser))
        .collect();
    let index = |place: &Place| nodes.iter().position(|node| node.place == *place);
    // Services may call one another in a circle, so the number of rounds is limited.
    for _ in 0..4 {
        for edge in &map.edges {
            if let Some((from, to)) = index(&edge.from).zip(index(&edge.to))
                && from != to
                && columns[to] <= columns[from]
                && columns[from] < 4
            {
                columns[to] = columns[from] + 1;
            }
        }
    }
    let first = columns.iter().copied().min().unwrap_or_default();
    let mut rows = [0; 8];
    let places = nodes.into_iter().zip(columns);
    places
        .map(|(node, column)| {
            let column = column - first;
            let row = rows[column];
            rows[column] += 1;
            Drawn { node, column, row }
        })
        .collect()
}

/// The heatmap of the traces in which one place calls another.
fn calls_view(url: &Url, edge: &MapEdge) -> View {
    let mut query = query::parse(&url.view.query).query;
    for condition in place_conditions(&edge.from)
        .into_iter()
        .chain(place_conditions(&edge.to))
    {
        let term = Term {
            negated: false,
            condition,
        };
        if !query.terms.contains(&term) {
            query.terms.push(term);
        }
    }
    let heatmap = url.view.with_page(OverviewPage::Heatmap);
    heatmap.with_query(query.to_string())
}

/// Returns conditions for traces that come to a place.
fn place_conditions(place: &Place) -> Vec<Condition> {
    match place.kind {
        PlaceKind::Browser | PlaceKind::Service => vec![Condition::Service(place.name.clone())],
        // Its name is made of values of attributes: the system and the database, or the host.
        PlaceKind::Database | PlaceKind::Host => {
            let words = place.name.splitn(2, ' ');
            words.map(|word| Condition::Text(word.to_owned())).collect()
        }
    }
}

fn picture(url: &Url, map: &ServiceMap) -> Html {
    let drawn = layout(map);
    let columns = drawn
        .iter()
        .map(|drawn| drawn.column + 1)
        .max()
        .unwrap_or(1);
    let rows = drawn.iter().map(|drawn| drawn.row + 1).max().unwrap_or(1);
    let total: u64 = map.nodes.iter().map(|node| node.time_nano).sum();
    let width = (columns - 1) as f64 * COLUMN + NODE_WIDTH + 4.0;
    let height = (rows - 1) as f64 * ROW + NODE_HEIGHT + 4.0;
    html! {
        // Wider than a phone, so it scrolls to the side, also by keys.
        <div class="map-scroll" tabindex="0" role="region" aria-label="Picture of the service map. The tables below say the same.">
            <svg class="map" viewBox={format!("-2 -2 {width} {height}")} style={format!("width:{width}px")} aria-hidden="true">
                { for map.edges.iter().filter_map(|edge| line(url, &drawn, edge)) }
                { for drawn.iter().map(|drawn| node(drawn, total)) }
            </svg>
        </div>
    }
}

fn line(url: &Url, drawn: &[Drawn<'_>], edge: &MapEdge) -> Option<Html> {
    let find = |place: &Place| drawn.iter().find(|drawn| drawn.node.place == *place);
    let (from, to) = (find(&edge.from)?, find(&edge.to)?);
    let (x, y) = (from.x() + NODE_WIDTH, from.y() + NODE_HEIGHT / 2.0);
    let (to_x, to_y) = (to.x(), to.y() + NODE_HEIGHT / 2.0);
    let bend = 50.0;
    let path = format!(
        "M{x},{y}C{},{y} {},{to_y} {to_x},{to_y}",
        x + bend,
        to_x - bend
    );
    let share = edge.errors.total() as f64 / edge.count.max(1) as f64;
    let width = 1.0 + (edge.count as f64).log10().max(0.0);
    let label = format!(
        "{}/min, {}",
        rate(edge.per_minute),
        format::duration(edge.p95_nano)
    );
    let onclick = {
        let (url, view) = (url.clone(), calls_view(url, edge));
        Callback::from(move |_: MouseEvent| url.push(&view))
    };
    // The table has the same as links.
    Some(html! {
        <g key={format!("{:?} {:?}", edge.from, edge.to)} class={classes!("edge", (share > 0.0).then_some("error"))} {onclick}>
            <path class="edge-area" d={path.clone()} />
            <path d={path} stroke-width={format!("{width:.1}")} />
            // Near the end, where lines to different places are apart.
            <text x={format!("{}", to_x - 6.0)} y={format!("{}", to_y - 6.0)} text-anchor="end">{ label }</text>
            if share > 0.0 {
                <text class="failed" x={format!("{}", to_x - 6.0)} y={format!("{}", to_y + 15.0)} text-anchor="end">{ format!("{} failed", percent(share * 100.0)) }</text>
            }
        </g>
    })
}

fn node(drawn: &Drawn<'_>, total: u64) -> Html {
    let share = drawn.node.time_nano as f64 / total.max(1) as f64;
    let (x, y) = (drawn.x(), drawn.y());
    let name = shortened(&drawn.node.place.name);
    html! {
        <g key={format!("{:?}", drawn.node.place)} class={classes!("map-node", lane(drawn.node.place.kind))} transform={format!("translate({x} {y})")}>
            <rect class="place-frame" width={NODE_WIDTH.to_string()} height={NODE_HEIGHT.to_string()} rx="7" />
            <rect class="place-time" y={(NODE_HEIGHT - 5.0).to_string()} width={format!("{:.1}", NODE_WIDTH * share)} height="5" />
            <text x="10" y="18">{ name }</text>
            <text class="kind" x="10" y="33">{ kind(drawn.node.place.kind) }{ format!(", {} of the time", percent(share * 100.0)) }</text>
        </g>
    }
}

fn shortened(name: &str) -> String {
    const MAX_CHARS: usize = 22;
    if name.chars().count() <= MAX_CHARS {
        return name.to_owned();
    }
    let start: String = name.chars().take(MAX_CHARS - 1).collect();
    format!("{start}…")
}

const fn lane(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Browser => "lane-browser",
        PlaceKind::Service => "lane-backend",
        PlaceKind::Database => "lane-database",
        PlaceKind::Host => "lane-network",
    }
}

const fn kind(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Browser => "browser",
        PlaceKind::Service => "service",
        PlaceKind::Database => "database",
        PlaceKind::Host => "host",
    }
}

fn edges(url: &Url, edges: &[MapEdge]) -> Html {
    let row = |edge: &MapEdge| {
        let errors = &edge.errors;
        let part = |count: u64| percent(count as f64 / edge.count.max(1) as f64 * 100.0);
        let warn = |count: u64| classes!("number", (count > 0).then_some("warn"));
        let cell =
            |count: u64| html! { <td class={classes!(warn(count), "wide")}>{ part(count) }</td> };
        html! {
            <tr key={format!("{:?} {:?}", edge.from, edge.to)}>
                <th scope="row"><Link url={url.clone()} view={calls_view(url, edge)} class="action-name">{ text::name(&edge.from.name) }{ " → " }{ text::name(&edge.to.name) }</Link></th>
                <td class="number">{ format::count(edge.count) }</td>
                <td class="number wide">{ rate(edge.per_minute) }</td>
                <td class="number wide">{ format::duration(edge.mean_nano) }</td>
                <td class="number">{ format::duration(edge.p95_nano) }</td>
                <td class={classes!(warn(errors.total()), "phone")}>{ part(errors.total()) }</td>
                { for [errors.client, errors.server, errors.throttled, errors.other].map(cell) }
            </tr>
        }
    };
    html! {
        <div class="table-scroll">
            <table class="figures-table">
                <caption>{ "Calls, with links to the heatmap of their traces" }</caption>
                <thead><tr>
                    <th scope="col">{ "Call" }</th><th scope="col" class="number">{ "Count" }</th><th scope="col" class="number wide">{ "Per minute" }</th>
                    <th scope="col" class="number wide">{ "Mean" }</th><th scope="col" class="number">{ "p95" }</th>
                    <th scope="col" class="number phone">{ "Errors" }</th><th scope="col" class="number wide">{ "4xx" }</th>
                    <th scope="col" class="number wide">{ "5xx" }</th><th scope="col" class="number wide">{ "429" }</th><th scope="col" class="number wide">{ "Other errors" }</th>
                </tr></thead>
                <tbody>{ for edges.iter().map(row) }</tbody>
            </table>
        </div>
    }
}

fn nodes(nodes: &[MapNode]) -> Html {
    let row = |node: &MapNode| {
        html! {
            <tr key={format!("{:?}", node.place)}>
                <th scope="row">{ text::name(&node.place.name) }</th>
                <td>{ kind(node.place.kind) }</td>
                <td class="number">{ format::count(node.traces) }</td>
                <td class="number">{ format::duration(node.time_nano) }</td>
            </tr>
        }
    };
    html! {
        <div class="table-scroll">
            <table class="figures-table">
                <caption>{ "Places" }</caption>
                <thead><tr><th scope="col">{ "Place" }</th><th scope="col">{ "Kind" }</th><th scope="col" class="number">{ "Traces" }</th><th scope="col" class="number">{ "Time" }</th></tr></thead>
                <tbody>{ for nodes.iter().map(row) }</tbody>
            </table>
        </div>
    }
}
