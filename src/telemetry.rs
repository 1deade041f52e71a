//! Traces, for a collector that speaks OTLP over HTTP.
//!
//! Only spans whose target is [`TRACE_TARGET`] are exported: they are written for this and hold ids, names and counts.
//! Which of them are sampled, and further headers, say the variables of the environment that every OpenTelemetry
//! program knows (`OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`). Without an endpoint nothing of this exists.

use std::time::Duration;

use anyhow::{Context, Result};
use eventstore::TRACE_TARGET;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use crate::config::Config;

/// How long the last spans may take on their way out.
const FAREWELL: Duration = Duration::from_secs(3);

/// Traces on their way to a collector, or none.
#[derive(Debug)]
#[must_use = "the last spans are lost unless it is finished"]
pub struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Gets ready to export where `otlp_endpoint` says so. Nobody has to listen there yet.
    ///
    /// # Errors
    /// The endpoint is no URL.
    pub fn start(config: &Config) -> Result<Self> {
        let Some(endpoint) = &config.otlp_endpoint else { return Ok(Self(None)) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .with_context(|| format!("otlp_endpoint {endpoint:?}"))?;
        let resource = Resource::builder()
            .with_service_name("docket")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_attribute(KeyValue::new("docket.roles", config.roles.names().join(",")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource)
            .build();
        Ok(Self(Some(provider)))
    }

    /// What takes the spans, where somebody collects them.
    pub(crate) fn layer<S>(&self) -> Option<impl Layer<S> + Send + Sync + use<S>>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let tracer = self.0.as_ref()?.tracer("docket");
        let layer = tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false);
        Some(layer.with_filter(Targets::new().with_target(TRACE_TARGET, LevelFilter::DEBUG)))
    }

    /// Sends what is left, for a few seconds at most.
    pub async fn finish(self) {
        let Some(provider) = self.0 else { return };
        // It blocks its thread until the collector has answered.
        let done =
            tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FAREWELL)).await;
        if let Ok(Err(error)) = done {
            tracing::warn!(%error, "the last spans were not delivered");
        }
    }
}
