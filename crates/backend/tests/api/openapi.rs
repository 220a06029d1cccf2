//! The OpenAPI document.

use std::{collections::BTreeSet, fs};

use axum::{body::Body, http::Method};
use serde_json::Value;

use crate::support::Api;

const PATH: &str = "/api/openapi.json";
const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

fn read(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

async fn document(api: &Api) -> Value {
    let document: Value = api.visitor().get(PATH).await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    document
}

/// Returns the paths in the sources of the routes.
fn routed() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/routes");
    let files = fs::read_dir(folder).unwrap();
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let paths = texts.flat_map(|text| {
        let literals = text.split('"').skip(1).step_by(2).map(str::to_owned);
        literals.collect::<Vec<_>>()
    });
    paths.filter(|path| path.starts_with("/api/")).collect()
}

#[tokio::test]
async fn each_route_is_documented() {
    let api = Api::start().await;
    let document = document(&api).await;
    let paths = document["paths"].as_object().unwrap();
    let mut documented: BTreeSet<String> = paths.keys().cloned().collect();
    documented.remove(PATH);
    let advice = "add the route to crates/backend/src/openapi/operations.rs";
    assert_eq!(routed(), documented, "{advice}");
}

/// Compares the methods of the document with those that the router allows.
#[tokio::test]
async fn each_method_of_a_route_is_documented_and_no_other() {
    let api = Api::start().await;
    let document = document(&api).await;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let address = path.replace("{handle}", "nobody").replace("{uuid}", "none");
        let visitor = api.visitor();
        for method in METHODS {
            let response = visitor.send(method.clone(), &address, Body::empty());
            let is_allowed = response.await.status.as_u16() != 405;
            let name = method.as_str().to_ascii_lowercase();
            let is_documented = operations.get(&name).is_some();
            assert_eq!(is_allowed, is_documented, "{method} {path}");
        }
    }
}

/// Returns whether a word of the documentation has the form of a code.
fn is_code(word: &str) -> bool {
    let endings = [
        "_blank",
        "_chars",
        "_guessable",
        "_invalid",
        "_lines",
        "_own",
        "_reused",
        "_taken",
        "_words",
    ];
    let is_name = word.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
    is_name && endings.iter().any(|ending| word.ends_with(ending))
}

#[tokio::test]
async fn codes_are_those_of_the_documentation() {
    let api = Api::start().await;
    let document = document(&api).await;
    let codes = document["components"]["schemas"]["Code"]["enum"].clone();
    let codes: BTreeSet<String> = serde_json::from_value(codes).unwrap();
    let documentation = read("API.md");
    let words = documentation.split('`').skip(1).step_by(2);
    let described: BTreeSet<String> = words
        .filter(|word| is_code(word))
        .map(str::to_owned)
        .collect();
    assert!(described.contains("ttl_blank"), "{described:?}");
    let mut known = codes;
    // What a client makes of a code that it does not know.
    known.remove("unknown");
    assert_eq!(known, described);
}

#[tokio::test]
async fn references_resolve() {
    let api = Api::start().await;
    let document = document(&api).await;
    let text = document.to_string();
    let mut count = 0;
    for rest in text.split("\"$ref\":\"#").skip(1) {
        let (pointer, _) = rest.split_once('"').unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
        count += 1;
    }
    assert!(count > 20, "{count}");
}
