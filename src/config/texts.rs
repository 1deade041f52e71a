//! Values that stand in the sources as texts of a form.

use anyhow::{Context, Result, anyhow, bail};
use domain::user::Role as UserRole;

use super::LogFormat;

pub(super) fn open_mode(text: &str) -> Result<Option<UserRole>> {
    if text == "off" {
        return Ok(None);
    }
    UserRole::parse(text)
        .map(Some)
        .map_err(|_| anyhow!("{text:?} is none of off, admin, handler, publisher, viewer"))
}

pub(super) fn log_format(text: &str) -> Result<LogFormat> {
    Ok(match text {
        "auto" => LogFormat::Auto,
        "text" => LogFormat::Text,
        "json" => LogFormat::Json,
        _ => bail!("{text:?} is none of auto, text, json"),
    })
}

/// An origin as browsers send it: scheme, host, perhaps a port, and nothing after.
pub(super) fn origin(text: &str) -> Result<String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_origin = host.is_some_and(|host| {
        !host.is_empty() && host.bytes().all(|c| c.is_ascii_graphic() && !b"/*?#@".contains(&c))
    });
    if !is_origin {
        bail!("{text:?} is not an origin like https://desk.example.com");
    }
    Ok(text.to_owned())
}

/// The URL of a service, which may have a path.
pub(super) fn http_url(text: &str) -> Result<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_url = rest.is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_graphic() && !b"?#".contains(&c))
    });
    if !is_url {
        bail!("{text:?} is not a URL like https://desk.example.com");
    }
    Ok(text.to_owned())
}

/// A network, or a single address.
pub(super) fn network(text: &str) -> Result<ipnet::IpNet> {
    text.parse()
        .or_else(|_| text.parse::<std::net::IpAddr>().map(Into::into))
        .with_context(|| format!("{text:?} is not a network like 10.0.0.0/8"))
}
