//! The text of a file is read and recorded.
//!
//! A reading is recorded once, whoever did it and however often. What fails for a reason that may pass is tried again;
//! what is given up on is recorded as well, so that nobody waits for it for ever. One try less than there are is made:
//! the last one is for what ends the process that looks into it, which tells nothing any more.

use std::time::Duration;

use ::files::{AtRest, FileStore};
use commands::file::ReadText;
use domain::Personal;
use domain::file::{
    NotReadReason, OcrEngine, ReadLine, ReadPage, Readable, TextLayout, TextNotRead, TextRead,
};
use serde_json::json;

use super::content::{Content, Found, content, named, store};
use crate::files::{FoundText, ReadError, TextReader};
use crate::jobs::{Done, JobError, JobRun};
use crate::work::{Cause, context, told};

/// How long to wait when the engines have no place, or are left alone.
const BUSY: Duration = Duration::from_secs(30);
/// What takes too long is tried so often: every time it takes an instance with it for a while.
const TIMED_OUT_TRIES: u32 = 2;
/// The longest text of an event as JSON, in bytes. It is sealed there, which makes it a third longer.
const TEXT: usize = 150_000;
/// The longest text with the places of its words.
const TEXT_AND_LAYOUT: usize = 170_000;
/// The longest list of places beside a file, as JSON: twenty pages of the smallest print have less. Whoever shows it
/// holds all of it in memory, several times over.
const LAYOUT: usize = 12 << 20;

pub(super) async fn read_text(run: JobRun, files: FileStore, reader: TextReader) -> Done {
    let asked: ReadText = told(&run.job)?;
    tokio::select! {
        done = read(&run, &asked, &files, &reader) => done,
        () = run.cancelled() => Err(JobError::Cancelled),
    }
}

async fn read(run: &JobRun, asked: &ReadText, files: &FileStore, reader: &TextReader) -> Done {
    let known = run.commands.file_state(asked.file).await?;
    if known.state.is_removed || known.state.has_reading(asked.reading_id) {
        return Ok(json!({ "outcome": "not_needed" }));
    }
    let (tries, most) = (run.job.tries, run.job.max_tries);
    if tries > 1 && tries >= most {
        return give_up(run, asked, NotReadReason::EngineFailed, asked.settings.engine).await;
    }
    let place = (asked.ticket, asked.file);
    let found = content(&run.commands, files, place, reader.limits().max_bytes).await?;
    let content = match found {
        Found::Here(content) => content,
        Found::Gone => return Ok(json!({ "outcome": "not_needed" })),
        Found::Not(reason) => return give_up(run, asked, reason, None).await,
    };
    let Content { file, owner, bytes } = *content;
    let Some(kind) = Readable::of(&file.content_type) else {
        return give_up(run, asked, NotReadReason::UnknownFormat, None).await;
    };
    match reader.read(bytes, kind, asked.settings).await {
        Ok(found) => {
            let kept = keep(run, files, &owner, &found).await?;
            record(run, asked, found, kept).await
        }
        Err(ReadError::Busy { error }) => Err(JobError::PutOff { error, after: BUSY }),
        Err(ReadError::Never { reason, engine }) => give_up(run, asked, reason, engine).await,
        Err(ReadError::Later { reason, engine, error }) => {
            let is_slow = reason == NotReadReason::TimedOut && tries >= TIMED_OUT_TRIES;
            if is_slow || tries + 1 >= most {
                give_up(run, asked, reason, engine).await
            } else {
                Err(JobError::TryAgain(error))
            }
        }
    }
}

/// A text as its event has it.
struct KeptText {
    text: String,
    layout: TextLayout,
}

/// Puts beside the file what does not fit into the event.
async fn keep(
    run: &JobRun,
    files: &FileStore,
    owner: &::files::Owner,
    found: &FoundText,
) -> Result<KeptText, JobError> {
    let text = cut(found.text());
    let wrong = |_| JobError::Failed("The pages cannot be written.".to_owned());
    let read = bounded(found.pages.clone(), LAYOUT);
    let pages = serde_json::to_vec(&read).map_err(wrong)?;
    let layout = if escaped(&text) + pages.len() <= TEXT_AND_LAYOUT {
        TextLayout::Inline { pages: Personal::Known(read) }
    } else {
        let salt = run.commands.store().ambient().bytes();
        let address = files.put(owner, &pages, AtRest::Sealed, salt).await;
        TextLayout::Stored { address: named(&address.map_err(|error| store(&error))?)? }
    };
    Ok(KeptText { text, layout })
}

async fn record(run: &JobRun, asked: &ReadText, found: FoundText, kept: KeptText) -> Done {
    let outcome = json!({
        "outcome": "read",
        "source": found.source,
        "language": found.language,
        "pages": found.pages_read(),
    });
    let read = TextRead {
        ticket_id: asked.ticket,
        reading_id: asked.reading_id,
        source: found.source,
        engine: found.engine,
        pages_read: found.pages_read(),
        engine_version: found.engine_version,
        model: found.model,
        settings: asked.settings,
        language: found.language,
        mean_confidence: found.mean_confidence,
        width: found.size.map(|(width, _)| width),
        height: found.size.map(|(_, height)| height),
        page_count: found.page_count,
        duration_ms: found.duration_ms,
        fallback: found.fallback,
        text: Personal::Known(kept.text),
        layout: Some(kept.layout),
    };
    let ctx = context(&run.commands, &run.job, Cause::Job { id: asked.reading_id.uuid() });
    match run.commands.record_text(&ctx, asked.ticket, asked.file, read).await? {
        Some(_) => Ok(outcome),
        None => Ok(json!({ "outcome": "not_needed" })),
    }
}

/// Records that there is no text. That is how it went, and no failure of the job.
async fn give_up(
    run: &JobRun,
    asked: &ReadText,
    reason: NotReadReason,
    engine: Option<OcrEngine>,
) -> Done {
    let failed = TextNotRead {
        ticket_id: asked.ticket,
        reading_id: asked.reading_id,
        settings: asked.settings,
        reason,
        engine,
    };
    let ctx = context(&run.commands, &run.job, Cause::Job { id: asked.reading_id.uuid() });
    run.commands.record_text_failure(&ctx, asked.ticket, asked.file, failed).await?;
    Ok(json!({ "outcome": "not_read", "reason": reason }))
}

/// Bytes of a text as JSON, without its quotation marks.
fn escaped(text: &str) -> usize {
    text.chars().map(escaped_character).sum()
}

fn escaped_character(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        control if control < ' ' => 6,
        other => other.len_utf8(),
    }
}

/// As many lines as take no more bytes than that as JSON, from the first.
fn bounded(mut pages: Vec<ReadPage>, most: usize) -> Vec<ReadPage> {
    let mut left = most;
    for page in &mut pages {
        let fits = |line: &&ReadLine| {
            let length = serde_json::to_vec(line).map_or(usize::MAX, |json| json.len() + 1);
            left = left.saturating_sub(length);
            left > 0
        };
        let kept = page.lines.iter().take_while(fits).count();
        page.lines.truncate(kept);
    }
    pages
}

/// As much of a text as fits into an event. All of it is in its pages.
fn cut(text: String) -> String {
    let mut length = 0;
    let end = text.char_indices().find_map(|(at, character)| {
        length += escaped_character(character);
        (length > TEXT).then_some(at)
    });
    match end {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use domain::file::TextLanguage;

    use super::*;

    #[test]
    fn a_text_is_cut_where_it_fits_as_json() {
        for piece in ["a", "\"", "\n", "基", "\u{1}"] {
            let long = piece.repeat(400_000 / piece.len());
            let short = cut(long.clone());
            assert!(long.starts_with(&short));
            let json = serde_json::to_string(&short).unwrap();
            assert_eq!(json.len(), escaped(&short) + 2);
            assert!(json.len() <= TEXT + 2 && json.len() > TEXT - 6, "{piece:?} {}", json.len());
        }
        assert_eq!(cut("short".to_owned()), "short");
    }

    #[test]
    fn lines_are_kept_from_the_first_as_far_as_they_fit() {
        let line = |n: usize| ReadLine {
            text: format!("\"line\" {n}"),
            confidence: 1.0,
            bbox: [0, 10, 100, 20],
            words: Vec::new(),
        };
        let page = |lines: std::ops::Range<usize>| ReadPage {
            width: 600,
            height: 800,
            rotation: 0,
            mean_confidence: 1.0,
            language: TextLanguage::default(),
            lines: lines.map(line).collect(),
        };
        let pages = vec![page(0..100), page(100..200), page(200..300)];
        assert_eq!(bounded(pages.clone(), LAYOUT), pages);
        let one = serde_json::to_vec(&line(150)).unwrap().len() + 1;
        let short = bounded(pages, 150 * one);
        let kept: Vec<usize> = short.iter().map(|page| page.lines.len()).collect();
        assert!(kept[0] == 100 && (48..=51).contains(&kept[1]) && kept[2] == 0, "{kept:?}");
    }
}
