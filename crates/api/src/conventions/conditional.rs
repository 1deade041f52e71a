//! Versions of resources: `ETag` and `If-Match`.

use axum::extract::FromRequestParts;
use axum::http::{HeaderName, HeaderValue, header, request};

use super::Problem;

/// The version that the caller has seen, if it said so. `*` and no header both mean any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IfMatch(pub(crate) Option<i32>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(header::IF_MATCH).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        if values.next().is_some() {
            return Err(malformed());
        }
        parse(value.to_str().unwrap_or_default()).ok_or_else(malformed)
    }
}

fn parse(text: &str) -> Option<IfMatch> {
    let text = text.trim();
    if text == "*" {
        return Some(IfMatch(None));
    }
    // A proxy that compresses may have made the tag weak.
    let text = text.strip_prefix("W/").unwrap_or(text);
    let digits = text.strip_prefix('"')?.strip_suffix('"')?;
    // Settings that were never changed have version 0.
    let version = digits.parse().ok().filter(|version| *version >= 0)?;
    Some(IfMatch(Some(version)))
}

fn malformed() -> Problem {
    Problem::malformed("If-Match must be one ETag of this resource, such as \"3\", or *.")
}

/// The `ETag` header of a version.
pub(crate) fn etag(version: i32) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::try_from(format!("\"{version}\""));
    (header::ETAG, value.unwrap_or_else(|_| HeaderValue::from_static("\"0\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_is_read_back() {
        assert_eq!(parse("\"3\""), Some(IfMatch(Some(3))));
        assert_eq!(parse("W/\"3\""), Some(IfMatch(Some(3))));
        assert_eq!(parse("*"), Some(IfMatch(None)));
        for bad in ["3", "\"x\"", "\"-1\"", "\"1\", \"2\"", ""] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
