//! The two texts in which metrics are scraped.

use std::fmt::Write as _;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus' older one.
    Prometheus,
}

impl Format {
    /// The one that a caller understands who sent this `Accept`.
    pub(crate) fn accepted(accept: Option<&str>) -> Self {
        match accept {
            Some(accept) if accept.contains("application/openmetrics-text") => Self::OpenMetrics,
            Some(_) | None => Self::Prometheus,
        }
    }

    /// Its media type.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// What is OpenMetrics, in this format.
    pub(crate) fn say(self, open_metrics: String) -> String {
        match self {
            Self::OpenMetrics => open_metrics,
            Self::Prometheus => older(&open_metrics),
        }
    }
}

/// The samples are the same. What is said of them differs: a family has the name of its samples, there are no types
/// beyond the first few, no units and no end.
fn older(open_metrics: &str) -> String {
    let mut text = String::with_capacity(open_metrics.len());
    let mut help = None;
    for line in open_metrics.lines() {
        if let Some(said) = line.strip_prefix("# HELP ") {
            // Its name depends on the type, which comes next.
            help = said.split_once(' ').map(|(_, words)| words);
        } else if let Some((family, type_)) =
            line.strip_prefix("# TYPE ").and_then(|said| said.split_once(' '))
        {
            let (suffix, type_) = match type_ {
                "counter" => ("_total", type_),
                "info" => ("_info", "gauge"),
                other => ("", other),
            };
            // A String takes all that is written into it.
            if let Some(help) = help.take() {
                let _ = writeln!(text, "# HELP {family}{suffix} {help}");
            }
            let _ = writeln!(text, "# TYPE {family}{suffix} {type_}");
        } else if !line.starts_with('#') {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_format_has_its_own_names_and_types() {
        let text = "# HELP a Things.\n# TYPE a counter\na_total{b=\"c\"} 1\n\
                    # HELP d_seconds Time.\n# TYPE d_seconds gauge\n# UNIT d_seconds seconds\nd_seconds 2.0\n\
                    # HELP e What.\n# TYPE e info\ne_info{v=\"1\"} 1\n# EOF\n";
        let said = Format::Prometheus.say(text.to_owned());
        assert_eq!(
            said,
            "# HELP a_total Things.\n# TYPE a_total counter\na_total{b=\"c\"} 1\n\
             # HELP d_seconds Time.\n# TYPE d_seconds gauge\nd_seconds 2.0\n\
             # HELP e_info What.\n# TYPE e_info gauge\ne_info{v=\"1\"} 1\n"
        );
        assert_eq!(Format::OpenMetrics.say(text.to_owned()), text);
    }
}
