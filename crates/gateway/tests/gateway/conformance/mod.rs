//! The OTLP 1.11 specification, sentence by sentence: what a server of OTLP/HTTP has to do.
//!
//! Each case quotes the sentence it checks and says what is sent and what has to come back.
//! <https://github.com/open-telemetry/opentelemetry-proto/blob/v1.11.0/docs/specification.md>

mod answers;
mod case;
mod encodings;
mod json;
mod limits;

use self::case::Case;

fn all() -> Vec<Case> {
    [
        encodings::cases(),
        json::cases(),
        answers::cases(),
        limits::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn every_sentence_holds() {
    let cases = all();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    let mut broken = Vec::new();
    for case in cases {
        if let Err(difference) = case.run().await {
            broken.push(format!("{}\n    {difference}", case.says()));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}
