//! The span of a request, for a collector of traces.
//!
//! It is apart from the span of the log lines: what is written down here leaves the machine, and that is the method,
//! the route as a template, the status and the correlation id. No path, no parameter, no address.

use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use eventstore::TRACE_TARGET;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry::{Context, KeyValue};
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::Correlation;

/// Asked every few seconds, and nobody's trace.
const WATCHED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// A span of a request, part of the caller's trace if it sent one. From then on the correlation names this span, so that
/// events, and what is made of them, continue the trace. Disabled where traces are not collected, and for requests of
/// those who watch the process.
pub(crate) fn request_span(request: &Request, correlation: &mut Correlation) -> Span {
    if WATCHED.contains(&request.uri().path()) {
        return Span::none();
    }
    let method = request.method();
    let span = tracing::info_span!(
        target: TRACE_TARGET,
        "request",
        otel.name = method.as_str(),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method.as_str(),
        http.response.status_code = Empty,
        correlation_id = correlation.id,
    );
    if span.is_disabled() {
        return span;
    }
    if let Some(caller) = correlation.traceparent.as_deref().and_then(parse) {
        let refused = span.set_parent(Context::new().with_remote_span_context(caller));
        debug_assert!(refused.is_ok(), "the span is new");
    }
    let context = span.context();
    let own = context.span().span_context().clone();
    if own.is_valid() {
        correlation.traceparent = Some(write(&own));
    }
    span
}

/// Tells the request's span the route that it took. Belongs inside of routing, where the route is known.
pub(crate) async fn name_route(request: Request, next: Next) -> Response {
    let context = Span::current().context();
    let span = context.span();
    if span.is_recording()
        && let Some(route) = request.extensions().get::<MatchedPath>()
    {
        span.update_name(format!("{} {}", request.method(), route.as_str()));
        span.set_attribute(KeyValue::new("http.route", route.as_str().to_owned()));
    }
    next.run(request).await
}

/// Tells the request's span how it ended. What the caller did wrong is no error of the server's.
pub(crate) fn record_status(span: &Span, status: StatusCode) {
    // Unsigned numbers would be exported as text.
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// Reads a checked `traceparent`.
fn parse(traceparent: &str) -> Option<SpanContext> {
    let mut parts = traceparent.split('-').skip(1);
    let trace = TraceId::from_hex(parts.next()?).ok()?;
    let span = SpanId::from_hex(parts.next()?).ok()?;
    let flags = u8::from_str_radix(parts.next()?, 16).ok()?;
    let sampled = TraceFlags::new(flags) & TraceFlags::SAMPLED;
    Some(SpanContext::new(trace, span, sampled, true, TraceState::NONE))
}

fn write(context: &SpanContext) -> String {
    let (trace, span) = (context.trace_id(), context.span_id());
    format!("00-{trace}-{span}-{:02x}", context.trace_flags().to_u8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_is_written_as_it_was_read() {
        for text in [
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-00000000000000ff-00",
        ] {
            let context = parse(text).unwrap();
            assert!(context.is_valid() && context.is_remote());
            assert_eq!(write(&context), text);
        }
    }

    #[test]
    fn without_a_collector_there_is_no_span() {
        let caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let mut correlation = Correlation { id: "a".into(), traceparent: Some(caller.to_owned()) };
        assert!(request_span(&Request::default(), &mut correlation).is_disabled());
        assert_eq!(correlation.traceparent.as_deref(), Some(caller));
    }
}
