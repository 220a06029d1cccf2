//! Whatever the bytes are, `query` ends without a panic and within its limits.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| otel_web_gateway::fuzzing::query(bytes));
