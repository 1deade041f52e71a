//! hOCR: a page as HTML that other programs know how to read, as the hOCR specification 1.2 has it.

use std::fmt::Write;

use crate::{BoundingBox, Page};

/// `page` as an hOCR document.
pub fn render(page: &Page) -> String {
    let mut html = String::with_capacity(512 + page.lines.len() * 256);
    // Writing to a string does not fail.
    let _ = write_page(&mut html, page);
    html
}

fn write_page(html: &mut String, page: &Page) -> std::fmt::Result {
    html.push_str(concat!(
        "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title></title>\n",
        "<meta name=\"ocr-capabilities\" content=\"ocr_page ocr_line ocrx_word\">\n",
    ));
    let system = escaped(&format!("{} {}", page.engine, page.engine_version));
    writeln!(html, "<meta name=\"ocr-system\" content=\"{system}\">\n</head>\n<body>")?;
    let all = BoundingBox { x: 0, y: 0, width: page.width, height: page.height };
    writeln!(html, "<div class=\"ocr_page\" id=\"page_1\" title=\"{}\">", bbox(all))?;
    for (index, line) in page.lines.iter().enumerate() {
        let (at, number) = (bbox(line.bbox), index + 1);
        write!(html, "<span class=\"ocr_line\" id=\"line_1_{number}\" title=\"{at}\">")?;
        for (index, word) in line.words.iter().enumerate() {
            let (at, space) = (bbox(word.bbox), if index == 0 { "" } else { " " });
            let sure = (word.confidence.value() * 100.0).round();
            let text = escaped(&word.text);
            write!(
                html,
                "{space}<span class=\"ocrx_word\" title=\"{at}; x_wconf {sure}\">{text}</span>"
            )?;
        }
        if line.words.is_empty() {
            html.push_str(&escaped(&line.text));
        }
        html.push_str("</span>\n");
    }
    html.push_str("</div>\n</body>\n</html>\n");
    Ok(())
}

/// hOCR has corners where the page has sizes.
fn bbox(of: BoundingBox) -> String {
    let (right, bottom) = (of.x.saturating_add(of.width), of.y.saturating_add(of.height));
    format!("bbox {} {} {right} {bottom}", of.x, of.y)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Confidence, EngineName, Line, Word};

    #[test]
    fn what_was_read_cannot_become_markup() {
        let bbox = BoundingBox { x: 1, y: 2, width: 30, height: 4 };
        let confidence = Confidence::new(0.876);
        let text = "<script>".to_owned();
        let words = vec![Word { text: text.clone(), confidence, bbox }];
        let page = Page {
            engine: EngineName::Paddle,
            engine_version: "1.0".into(),
            model: "m".into(),
            language: "en".into(),
            mean_confidence: confidence,
            width: 100,
            height: 50,
            rotation: 0,
            duration_ms: 1,
            fallback: None,
            lines: vec![Line { text, confidence, bbox, words }],
        };
        let html = render(&page);
        assert!(html.contains(
            "<span class=\"ocrx_word\" title=\"bbox 1 2 31 6; x_wconf 88\">&lt;script&gt;</span>"
        ));
        assert!(html.contains("title=\"bbox 0 0 100 50\""));
        assert!(!html.contains("<script>"));
    }
}
