//! Whatever the bytes are, `logs` ends without a panic and within its limits.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| otel_web_gateway::fuzzing::logs(bytes));
