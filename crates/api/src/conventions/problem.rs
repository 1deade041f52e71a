//! Problem documents (RFC 9457), and their legacy shape.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::ticket_type;
use serde_json::{Map, Value, json};

use super::{Correlation, FieldProblem, Shape};

/// Something the caller has to know. Becomes a problem document in [`render_problems`].
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// Names the kind of problem: the last part of its `type`.
    pub(crate) kind: &'static str,
    /// A sentence.
    pub(crate) detail: String,
    pub(crate) errors: Vec<FieldProblem>,
    /// Further members of the document.
    pub(crate) extra: Map<String, Value>,
    /// Boxed: a problem is the error of most functions here, and should weigh little on their success.
    pub(crate) headers: Box<HeaderMap>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        let (errors, extra, headers) = (Vec::new(), Map::new(), Box::default());
        Self { status, kind, detail: detail.into(), errors, extra, headers }
    }

    /// 400: the request could not be parsed.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed-request", detail)
    }

    /// 401: nobody is signed in.
    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
            .with_header(header::WWW_AUTHENTICATE, "Bearer")
    }

    /// 403: the caller may not do this.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: there is no such thing, or none that the caller may see.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("There is no such {what}."))
    }

    /// 413: more bytes than are taken.
    pub(crate) fn too_large(limit: usize) -> Self {
        let detail = format!("The request has more than {limit} bytes.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
    }

    /// 422: fields of the request are invalid.
    pub(crate) fn invalid(errors: Vec<FieldProblem>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{}: {}", one.path(), one.msg),
            several => format!("{} fields of the request are invalid.", several.len()),
        };
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields", detail);
        problem.errors = errors;
        problem
    }

    /// What is wrong with form data besides the fields that are invalid already, unless the data itself is one of these.
    pub(crate) fn and_data(self, problems: &[ticket_type::FieldProblem]) -> Self {
        let decides = |field: &str| matches!(field, "data" | "ticket_type");
        if self.errors.is_empty() || self.errors.iter().any(|error| decides(&error.field)) {
            return self;
        }
        let data = problems.iter().map(FieldProblem::of_data);
        Self::invalid(self.errors.into_iter().chain(data).collect())
    }

    /// 503: try again.
    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            .with_header(header::RETRY_AFTER, "2")
    }

    /// 500: our fault. The cause goes to the log, not to the caller.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        let mut causes = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            causes = format!("{causes}: {cause}");
            source = cause.source();
        }
        tracing::error!(error = causes, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong here.")
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    fn document(&self, shape: Shape, correlation: &str) -> Value {
        let mut document = Map::new();
        document.insert("type".into(), json!(format!("urn:docket:problem:{}", self.kind)));
        let title = self.status.canonical_reason().unwrap_or("Problem");
        document.insert("title".into(), json!(title));
        document.insert("status".into(), json!(self.status.as_u16()));
        document.insert("detail".into(), json!(self.detail));
        document.insert("instance".into(), json!(correlation));
        if !self.errors.is_empty() {
            let errors: Vec<Value> = self.errors.iter().map(|error| error.to_json(shape)).collect();
            if shape == Shape::Legacy {
                document.insert("detail".into(), json!(errors));
            }
            document.insert("errors".into(), json!(errors));
        }
        document.extend(self.extra.clone());
        Value::Object(document)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Turns the [`Problem`] that a handler left in the response into its document.
pub(crate) async fn render_problems(
    correlation: Correlation,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None => match foreign(&response) {
            Some(problem) => problem,
            None => return response,
        },
    };
    let shape = response.extensions().get().copied().unwrap_or(Shape::V1);
    let mut rendered =
        (problem.status, Json(problem.document(shape, &correlation.id))).into_response();
    rendered
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    for (name, value) in response.headers() {
        if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
            rendered.headers_mut().insert(name, value.clone());
        }
    }
    rendered.headers_mut().extend(*problem.headers);
    rendered
}

/// What the framework itself refused (a path that is not UTF-8, say), in our words.
fn foreign(response: &Response) -> Option<Problem> {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_plain = kind.is_none_or(|kind| kind.starts_with("text/plain"));
    if !(status.is_client_error() || status.is_server_error()) || !is_plain {
        return None;
    }
    let reason = status.canonical_reason().unwrap_or("The request was refused");
    Some(Problem::new(status, "refused", format!("{reason}.")))
}
