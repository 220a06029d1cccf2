//! The OTLP 1.11 specification, sentence by sentence, for OTLP/HTTP servers.
//!
//! Each case quotes the sentence that it checks, and states a request and the expected response.
//! <https://github.com/open-telemetry/opentelemetry-proto/blob/v1.11.0/docs/specification.md>

mod answers;
mod case;
mod encodings;
mod json;
mod limits;
mod logs;

use self::case::Case;
pub(crate) use self::case::RpcStatus;

fn all() -> Vec<Case> {
    [
        encodings::cases(),
        json::cases(),
        answers::cases(),
        limits::cases(),
        logs::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn all_sentences_of_the_specification_hold() {
    let cases = all();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    let mut broken = Vec::new();
    for case in cases {
        if let Err(difference) = case.run().await {
            broken.push(format!("{}\n    {difference}", case.sentence()));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}
