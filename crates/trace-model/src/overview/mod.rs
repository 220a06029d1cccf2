//! Overviews of many traces: actions, heatmap, sessions, service map and web vitals.
//!
//! A store keeps a few [`TraceFacts`] of each trace. An overview reads them as [`RootRow`]s, adds
//! each to a table ([`ActionTable`], [`HeatmapTable`], [`SessionTable`], [`ServiceMapTable`],
//! [`VitalsTable`]), and finishes the table into the response of the gateway's API, which the
//! viewer shows.

mod actions;
mod attributes;
mod calls;
mod coverage;
mod facts;
mod heatmap;
mod outcome;
mod quantile;
mod root_row;
mod service_map;
mod sessions;
mod span_rank;
mod vital;
mod web_vitals;
mod window;

pub use self::{
    actions::{Action, ActionTable, Actions, PreviousPeriod, SlowestTrace, TimelinePart},
    attributes::{AttributeName, AttributeNames, AttributeTable},
    calls::{Call, CallErrors, Calls, Place, PlaceKind, PlaceTime},
    coverage::{Coverage, Sample},
    facts::TraceFacts,
    heatmap::{BUCKETS_PER_DECADE, Cell, Heatmap, HeatmapTable, Point, bucket, bucket_start},
    outcome::Outcome,
    root_row::RootRow,
    service_map::{MapEdge, MapNode, ServiceMap, ServiceMapTable},
    sessions::{
        MAX_SESSION_ACTIONS, Session, SessionAction, SessionTable, SessionTimeline, Sessions,
    },
    span_rank::{SpanRank, SpanRankTable},
    vital::{Band, Vital, Vitals},
    web_vitals::{RouteVital, RouteVitals, VitalsTable, WebVitals, WorstLoad},
    window::{Window, WindowPart},
};
