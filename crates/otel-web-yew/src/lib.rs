//! Yew hooks for otel-web: one root span per user action.
