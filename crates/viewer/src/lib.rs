//! The trace viewer: a Yew app that the gateway serves.
