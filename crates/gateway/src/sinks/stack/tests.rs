//! Stack traces as their languages print them.

use super::*;

fn check(text: &str, expected: &[&[(&str, u32, &str)]]) {
    let parts = chain(text);
    let found: Vec<Vec<_>> = parts
        .iter()
        .map(|part| {
            let frames = part.frames.iter();
            frames
                .map(|frame| {
                    let line = frame.line.unwrap_or_default();
                    (frame.file.as_str(), line, frame.function.as_str())
                })
                .collect()
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn python_trace_is_read_from_its_end() {
    let text = "Traceback (most recent call last):\n  File \"db.py\", line 9, in query\n    raise KeyError(1)\n\
                KeyError: 1\n\nThe above exception was the direct cause of the following exception:\n\n\
                Traceback (most recent call last):\n  File \"app.py\", line 3, in like\n    query()\n  \
                File \"shop.py\", line 5, in buy\n    raise Error\nshop.Error: sold out\n";
    let outer = [("shop.py", 5, "buy"), ("app.py", 3, "like")];
    check(text, &[&outer, &[("db.py", 9, "query")]]);
    let parts = chain(text);
    assert_eq!(
        (parts[0].kind.as_str(), parts[0].message.as_str()),
        ("shop.Error", "sold out")
    );
    assert_eq!(parts[1].kind, "KeyError");
}

#[test]
fn browser_traces_start_with_the_innermost_call() {
    let chrome = "TypeError: x is undefined\n    at like (http://a.example/app.js:12:5)\n    at http://a.example/app.js:3:1";
    let url = "http://a.example/app.js";
    check(chrome, &[&[(url, 12, "like"), (url, 3, "")]]);
    check(
        "like@http://a.example/app.js:12:5\n@http://a.example/app.js:3:1",
        &[&[(url, 12, "like"), (url, 3, "")]],
    );
}

#[test]
fn frames_of_modules_have_the_position_as_their_column() {
    let url = "https://a.example/a_bg.wasm";
    let frames = [
        (url, 1, "shop::buy::<(u8, u8)>"),
        (url, 1, "wasm-function[13]"),
    ];
    check(
        "Error: out\n    at shop::buy::<(u8, u8)> (https://a.example/a_bg.wasm:wasm-function[12]:0x5f3a)\n    \
         at https://a.example/a_bg.wasm:wasm-function[13]:0x5f3b",
        &[&frames],
    );
    check(
        "shop::buy::<(u8, u8)>@https://a.example/a_bg.wasm:wasm-function[12]:0x5f3a\n\
         @https://a.example/a_bg.wasm:wasm-function[13]:0x5f3b",
        &[&frames],
    );
    let frame = &chain("f@https://a.example/a_bg.wasm:wasm-function[12]:0x5f3a")[0].frames[0];
    assert_eq!(frame.column, Some(0x5f3a));
    let safari = "shop::buy@[wasm code]\n<?>.wasm-function[13]@[wasm code]";
    let code = "[wasm code]";
    check(
        safari,
        &[&[(code, 0, "shop::buy"), (code, 0, "<?>.wasm-function[13]")]],
    );
}

#[test]
fn java_causes_follow_the_exception() {
    let text = "a.Sold: out\n\tat a.Shop.buy(Shop.java:5)\nCaused by: java.io.IOException: full\n\tat b.Db.query(Db.java:9)\n\t... 1 more";
    check(
        text,
        &[
            &[("Shop.java", 5, "a.Shop.buy")],
            &[("Db.java", 9, "b.Db.query")],
        ],
    );
    assert_eq!(chain(text)[1].kind, "java.io.IOException");
}

#[test]
fn rust_function_is_in_the_line_before_its_location() {
    let text = "   0: shop::buy\n             at src/shop.rs:3:5\n   1: main\n             at src/main.rs:9:1";
    check(
        text,
        &[&[("src/shop.rs", 3, "shop::buy"), ("src/main.rs", 9, "main")]],
    );
}

#[test]
fn other_text_has_no_frames() {
    check("", &[]);
    check("something went wrong", &[]);
}

fn headings(text: &str) -> Vec<(String, String)> {
    let parts = chain(text).into_iter();
    parts.map(|part| (part.kind, part.message)).collect()
}

#[test]
fn heading_is_split_into_kind_and_message() {
    let check = |heading: &str, kind: &str, message: &str| {
        let text = format!("{heading}\n\tat a.B.c(B.java:3)");
        check(&text, &[&[("B.java", 3, "a.B.c")]]);
        assert_eq!(headings(&text), [(kind.to_owned(), message.to_owned())]);
    };
    check(
        "Error: connect to bob@db.example:25",
        "Error",
        "connect to bob@db.example:25",
    );
    check("a.Sold: at shop.rs:3", "a.Sold", "at shop.rs:3");
    check(
        "java.lang.StackOverflowError",
        "java.lang.StackOverflowError",
        "",
    );
    check(
        "Uncaught TypeError: x is undefined",
        "TypeError",
        "x is undefined",
    );
    check("Uncaught (in promise) Error: 7", "Error", "7");
    check("Exception in thread \"main\" a.Sold: out", "a.Sold", "out");
    check("cannot read file: gone", "", "");
}

#[test]
fn message_of_several_lines_has_no_frames() {
    let text = "a.Sold: out\nat the latest tomorrow\nmail to: bob@db.example\n\tat a.B.c(B.java:3)";
    check(text, &[&[("B.java", 3, "a.B.c")]]);
}
