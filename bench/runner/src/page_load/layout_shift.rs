//! The layout shift of every page of Cruddur, on a wide and a narrow screen.

use anyhow::{Context as _, Result, ensure};
use bench_runner::chromium::Chromium;
use bench_runner::page::Page;
use serde_json::{Value, json};

use super::{observers, slow_down};

/// The bound for a good page, half of what web.dev calls good.
const MAX_LAYOUT_SHIFT: f64 = 0.05;
/// Width and height of the screens.
const SCREENS: [(&str, u32, u32); 2] = [("wide", 1280, 860), ("phone", 390, 844)];
const SIGNED_OUT: [&str; 9] = [
    "/",
    "/@worf",
    "/search?term=cloud",
    "/signin",
    "/signup",
    "/forgot",
    "/confirm",
    "/messages",
    "/no-such-page",
];
/// Of the demo user who signs in.
const SIGNED_IN: [&str; 7] = [
    "/",
    "/@andrewbrown",
    "/@worf",
    "/notifications",
    "/messages",
    "/messages/@worf",
    "/more",
];
const SIGN_IN: &str = r#"
fetch("/api/auth/signin", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ email: "andrewbrown@example.com", password: "cruddur-demo" }),
}).then((response) => response.ok)
"#;

/// Measures all pages. Returns the shift of each under its name, and the rows of a table.
pub(super) async fn measure(origin: &str) -> Result<(Value, Vec<Vec<String>>)> {
    let mut report = json!({});
    let header = ["page", "layout shift", "bound"];
    let mut table = vec![header.map(str::to_owned).to_vec()];
    for (screen, width, height) in SCREENS {
        for (user, paths) in [("signed out", &SIGNED_OUT[..]), ("signed in", &SIGNED_IN)] {
            for path in paths {
                let shift = of_page(origin, path, user == "signed in", (width, height)).await?;
                let name = format!("{path}, {user}, {screen}");
                let bound = if shift <= MAX_LAYOUT_SHIFT {
                    "kept"
                } else {
                    "exceeded"
                };
                table.push(vec![name.clone(), shift.to_string(), bound.to_owned()]);
                report[name] = shift.into();
            }
        }
    }
    Ok((report, table))
}

async fn of_page(origin: &str, path: &str, sign_in: bool, screen: (u32, u32)) -> Result<f64> {
    let chromium = Chromium::start().await?;
    let page = chromium.page().await?;
    set_screen(&page, screen).await?;
    if sign_in {
        page.goto(&format!("{origin}/favicon.svg")).await?;
        let is_signed_in = page.evaluate(SIGN_IN).await?;
        ensure!(is_signed_in == true, "the demo user cannot sign in");
    }
    slow_down(&page).await?;
    page.run_first(observers::OBSERVE).await?;
    page.goto(&format!("{origin}{path}")).await?;
    let shift = page.evaluate(observers::LAYOUT_SHIFT).await?;
    chromium.end().await?;
    let shift = shift.as_f64();
    let shift = shift.with_context(|| format!("{path} was not complete within a minute"))?;
    Ok(super::rounded(shift))
}

async fn set_screen(page: &Page, (width, height): (u32, u32)) -> Result<()> {
    let metrics = json!({
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
    });
    page.call("Emulation.setDeviceMetricsOverride", metrics)
        .await
        .map(drop)
}
