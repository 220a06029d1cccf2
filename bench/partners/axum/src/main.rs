//! A server on axum with `axum-tracing-opentelemetry`, as its documentation shows it.

use axum::{BoxError, Router, routing::get};
use axum_tracing_opentelemetry::middleware::OtelAxumLayer;
use init_tracing_opentelemetry::TracingConfig;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let _guard = TracingConfig::production().init_subscriber()?;
    let app = Router::new()
        .route("/items/{id}", get(async || "an item"))
        .layer(OtelAxumLayer::default());
    let address = std::env::var("PARTNER_LISTEN")?;
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
