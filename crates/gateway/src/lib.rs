//! OTLP in, a live trace viewer, and vendors behind it.
